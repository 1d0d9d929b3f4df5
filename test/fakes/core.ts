import type { Account } from "../../src/core/domain/account.ts";
import type { Instant, Quota, Snapshot } from "../../src/core/domain/quota.ts";
import type { Clock, Log } from "../../src/core/ports.ts";

export const start: Instant = Date.parse("2026-11-22T03:00:00Z");

/** A clock that stands still until it is moved. */
export function createManualClock(now: Instant = start): Clock & { advance(milliseconds: number): void } {
  let current = now;
  return {
    now: () => current,
    advance(milliseconds) {
      current += milliseconds;
    },
  };
}

/** A log that keeps its lines. */
export function createKeptLog(): Log & { lines: { level: string; fields: object; message: string }[] } {
  const lines: { level: string; fields: object; message: string }[] = [];
  const keep = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { lines, debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
}

export function account(id: string, rest: Partial<Account> = {}): Account {
  return { id, provider: "acme", interval: 10 * 60_000, tags: [], ...rest };
}

export function quota(rest: Partial<Quota> = {}): Quota {
  return {
    kind: "quota",
    id: "session",
    label: "5-hour",
    windowSeconds: 18_000,
    unit: "percent",
    used: 40,
    limit: 100,
    ...rest,
  };
}

export function snapshot(account: string, rest: Partial<Snapshot> = {}): Snapshot {
  return {
    account,
    provider: "acme",
    state: "ok",
    readings: [quota()],
    fetchedAt: start,
    attemptedAt: start,
    nextReadAt: start + 5 * 60_000,
    failures: 0,
    credentialKey: "key",
    ...rest,
  };
}

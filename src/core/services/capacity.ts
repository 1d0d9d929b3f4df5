import type { Account } from "../domain/account.ts";
import {
  atLeastNone,
  hasStartedOver,
  lookAtWindow,
  type TokenWindow,
  type TokenWindows,
} from "../domain/capacity.ts";
import { type ConfiguredWindow, windowSpan } from "../domain/configured-window.ts";
import type { Instant, Quota, Snapshot } from "../domain/quota.ts";
import { isTooOld, waitsForPerson } from "../domain/snapshot.ts";
import type { Clock, Ledger } from "../ports.ts";
import type { ReadingsOf } from "./account-readings.ts";
import type { PerPercent } from "./capacity-measure.ts";
import type { ReadQuotas } from "./read-quotas.ts";

/** What an account has for a model in tokens, reservations left aside. */
export type Room =
  | { kind: "known"; windows: TokenWindows }
  /** Nobody knows; why, as the end of a sentence. */
  | { kind: "unknown"; reason: string }
  /** It may not be used now, whatever is left. */
  | ({ kind: "blocked" } & Hindrance);

/** Why an account may not be used, as a clause, and until when, as far as it is known. */
export interface Hindrance {
  reason: string;
  until?: Instant | undefined;
}

/**
 * Looks at an account now: what the ledger holds by now counts, whichever replica it came to.
 *
 * @param model absent: all windows count, also those of some models only
 * @throws store_unavailable when the ledger cannot be asked
 */
export type RoomOf = (account: Account, model: string | undefined) => Promise<Room>;

/** Records may be of a machine whose clock is ahead by so much. */
const clockSkew = 25 * 3_600_000;

/**
 * @param options.sharers all accounts that draw on the same pool, itself included
 * @param options.hindranceOf what keeps an account from being used besides its quotas: a refusal that was reported, a budget
 * @param options.timezone the team's
 */
export function createRoomOf(options: {
  readQuotas: Pick<ReadQuotas, "snapshot">;
  readingsOf: ReadingsOf;
  perPercent: PerPercent;
  ledger: Pick<Ledger, "spent">;
  sharers: (account: string) => readonly string[];
  hindranceOf?: ((account: string, model: string | undefined) => Hindrance | undefined) | undefined;
  clock: Clock;
  timezone: string;
}): RoomOf {
  const { readQuotas, ledger, clock } = options;

  async function tokensSince(accounts: readonly string[], start: Instant, end: Instant): Promise<number> {
    const spent = await Promise.all(accounts.map((account) => ledger.spent(account, start, end)));
    return spent.reduce((sum, one) => sum + (one?.tokens ?? 0), 0);
  }

  /** A window of the team's own in tokens, by the records alone. */
  async function counted(account: string, window: ConfiguredWindow, label: string, now: Instant) {
    const { start, resetsAt } = windowSpan(window, now, options.timezone);
    const spent = await tokensSince([account], start, resetsAt ?? now + clockSkew);
    const tokens = atLeastNone(window.limit - spent);
    return { id: window.id, label, tokens, basis: "counted", resetsAt, accounts: [account] };
  }

  /** A window as it was told, and the records since. */
  async function told(account: string, quota: Quota, at: Instant, now: Instant) {
    const accounts = options.sharers(account);
    const since = hasStartedOver(quota, now) ? (quota.resetsAt ?? at) : at;
    const isCounted = quota.unit === "tokens" || quota.unit === "percent";
    const look = lookAtWindow(quota, {
      now,
      spent: isCounted ? await tokensSince(accounts, since, now + clockSkew) : 0,
      perPercent: quota.unit === "percent" ? await options.perPercent(account, quota) : undefined,
    });
    if (look.kind !== "tokens") return look.kind;
    const { id, label, scope, models } = quota;
    const { tokens, basis, resetsAt } = look;
    return {
      id,
      label,
      tokens,
      basis,
      resetsAt,
      accounts,
      ...(scope !== undefined && { models: models ?? [] }),
    };
  }

  return async ({ id: account, windows = [], interval }, model) => {
    const now = clock.now();
    const hindrance = options.hindranceOf?.(account, model);
    if (hindrance !== undefined) return { kind: "blocked", ...hindrance };
    const snapshot = readQuotas.snapshot(account);
    const reason = snapshot && whyNot(snapshot, interval, now);
    if (reason !== undefined) return { kind: "unknown", reason };

    const theirs = new Set(snapshot?.readings.flatMap(({ kind, id }) => (kind === "quota" ? [id] : [])));
    const found: TokenWindow[] = [];
    let unknown = false;
    for (const reading of options.readingsOf(account, now)) {
      if (reading.kind !== "quota" || !isFor(reading, model)) continue;
      const own = theirs.has(reading.id) ? undefined : windows.find(({ id }) => id === reading.id);
      if (own?.unit === "tokens") {
        found.push(await counted(account, own, reading.label, now));
        if (reading.counted !== undefined || reading.used === undefined) continue;
      }
      const window = await told(account, reading, reading.counted?.at ?? snapshot?.fetchedAt ?? now, now);
      if (window === "unknown") unknown = true;
      else if (window !== "other") found.push(window);
    }
    const [first, ...others] = found;
    if (first !== undefined) return { kind: "known", windows: [first, ...others] };
    return { kind: "unknown", reason: unknown ? notMeasured : notLimited };
  };
}

const notMeasured =
  "its windows are known only in percent, and it has not been measured yet what one is in tokens: " +
  "that needs 5 points of rise with usage records. Or give it a window with `unit: tokens`";
const notLimited = "it has no window that counts tokens. Give it one with `unit: tokens`";

function isFor({ scope, models }: Quota, model: string | undefined): boolean {
  return scope === undefined || model === undefined || models?.includes(model) === true;
}

/** Why the numbers of a snapshot cannot be gone by; undefined when they can, or when there is nothing to read. */
function whyNot(snapshot: Snapshot, interval: number, now: Instant): string | undefined {
  const { state, message, fetchedAt } = snapshot;
  if (state === "ok" || state === "unsupported" || state === "pending") {
    return fetchedAt !== undefined && isTooOld(fetchedAt, interval, now) ? tooOld(fetchedAt) : undefined;
  }
  const why = message?.replace(/\.$/, "") ?? state;
  if (waitsForPerson(state) || state === "needs_action" || fetchedAt === undefined) {
    return `it cannot be read: ${why}`;
  }
  return isTooOld(fetchedAt, interval, now) ? `${tooOld(fetchedAt)}: ${why}` : undefined;
}

function tooOld(fetchedAt: Instant): string {
  return `it was last read at ${new Date(fetchedAt).toISOString()}, too long ago`;
}

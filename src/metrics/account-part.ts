import { setImmediate as pause } from "node:timers/promises";
import type { Registry } from "prom-client";
import type { Account } from "../core/domain/account.ts";
import {
  accountStates,
  type Instant,
  type Reading,
  remainingPercent,
  type Snapshot,
  usedPercent,
} from "../core/domain/quota.ts";
import { isStale } from "../core/domain/snapshot.ts";
import type { Clock } from "../core/ports.ts";
import type { ReadingsOf } from "../core/services/account-readings.ts";
import type { ReadQuotas } from "../core/services/read-quotas.ts";
import { createPart, gaugesIn, type Part, type Put } from "./part.ts";

export interface AccountPartOptions {
  accounts: readonly Account[];
  readQuotas: Pick<ReadQuotas, "snapshot">;
  readingsOf: ReadingsOf;
  clock: Clock;
}

const account = ["account", "provider"];
const window = [...account, "reading", "scope"];
const amount = [...account, "reading", "unit"];

/** After so many accounts others have their turn. */
const inTurn = 100;

/** How the accounts stand by their last snapshots and the team's own windows. */
export function accountPart(registry: Registry, options: AccountPartOptions): Part {
  const gauge = gaugesIn(registry);
  const series = {
    usedRatio: gauge(
      "quotabot_quota_used_ratio",
      "Part of the limit that is used; over 1 when it is exceeded.",
      window,
    ),
    leftRatio: gauge("quotabot_quota_left_ratio", "Part of the limit that is left, from 0 to 1.", window),
    used: gauge("quotabot_quota_used", "What is used of a quota, in its own unit.", [...window, "unit"]),
    limit: gauge("quotabot_quota_limit", "The limit of a quota, in its own unit.", [...window, "unit"]),
    reset: gauge("quotabot_quota_reset_timestamp_seconds", "When the quota starts over.", window),
    balance: gauge("quotabot_balance", "What is left of a prepaid amount, in its own unit.", amount),
    spend: gauge("quotabot_spend", "What a counter without a bound has come to, in its own unit.", amount),
    spendLimit: gauge(
      "quotabot_spend_limit",
      "The cap that somebody set to a spend, in its own unit.",
      amount,
    ),
    state: gauge("quotabot_account_state", "1 for the state that the account is in, 0 for all others.", [
      ...account,
      "state",
    ]),
    stale: gauge(
      "quotabot_account_stale",
      "Whether the readings may no longer be true: the last read failed, or they are too old.",
      account,
    ),
    age: gauge("quotabot_snapshot_age_seconds", "Time since the readings were read.", account),
    success: gauge("quotabot_last_success_timestamp_seconds", "When the readings were read.", account),
  };

  return createPart("accounts", series, async (put) => {
    const now = options.clock.now();
    for (const [index, one] of options.accounts.entries()) {
      const labels = { account: one.id, provider: one.provider };
      const snapshot = options.readQuotas.snapshot(one.id);
      for (const state of accountStates) {
        put("state", { ...labels, state }, state === (snapshot?.state ?? "pending") ? 1 : 0);
      }
      if (snapshot !== undefined) putAge(put, labels, snapshot, { interval: one.interval, now });
      for (const reading of options.readingsOf(one.id, now)) putReading(put, labels, reading);
      if (index % inTurn === inTurn - 1) await pause();
    }
  });
}

interface AccountLabels {
  account: string;
  provider: string;
}

function putAge(
  put: Put<"stale" | "age" | "success">,
  { account, provider }: AccountLabels,
  snapshot: Snapshot,
  { interval, now }: { interval: number; now: Instant },
): void {
  const { fetchedAt } = snapshot;
  if (fetchedAt === undefined) return;
  const labels = { account, provider };
  put("stale", labels, isStale(snapshot, interval, now) ? 1 : 0);
  put("age", labels, (now - fetchedAt) / 1000);
  put("success", labels, fetchedAt / 1000);
}

type ReadingSeries =
  | "usedRatio"
  | "leftRatio"
  | "used"
  | "limit"
  | "reset"
  | "balance"
  | "spend"
  | "spendLimit";

function putReading(put: Put<ReadingSeries>, { account, provider }: AccountLabels, reading: Reading): void {
  const { id, unit } = reading;
  const own = { account, provider, reading: id, unit };
  if (reading.kind === "balance") {
    put("balance", own, reading.remaining);
  } else if (reading.kind === "spend") {
    put("spend", own, reading.used);
    put("spendLimit", own, reading.limit);
  } else {
    const labels = { account, provider, reading: id, scope: reading.scope ?? "" };
    put("usedRatio", labels, inUnits(usedPercent(reading), 100));
    put("leftRatio", labels, inUnits(remainingPercent(reading), 100));
    put("used", { ...labels, unit }, reading.used);
    put("limit", { ...labels, unit }, reading.limit);
    put("reset", labels, inUnits(reading.resetsAt, 1000));
  }
}

/** Prometheus has ratios and seconds where we have percent and milliseconds. */
function inUnits(number: number | undefined, unit: number): number | undefined {
  return number === undefined ? undefined : number / unit;
}

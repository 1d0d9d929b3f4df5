import type { Account } from "../domain/account.ts";
import { type Block, comingReset, createBlocks, type Why } from "../domain/block.ts";
import {
  capacityEnd,
  type LimitReport,
  modelAlone,
  type RefusalKind,
  showsRoom,
} from "../domain/limit-report.ts";
import { type Pool, poolWith } from "../domain/pool.ts";
import { type Instant, type Quota, type Snapshot, tightestQuota } from "../domain/quota.ts";
import { AppError } from "../errors.ts";
import type { Clock, Log, Settings } from "../ports.ts";
import { createKeptBlocks, mostBlocks } from "./kept-blocks.ts";
import { unknownAccount } from "./known-accounts.ts";
import type { Standings } from "./standings.ts";

/** What has come of a report. */
export interface ReportedLimit {
  kind: RefusalKind;
  /** Absent: nothing is blocked. */
  blockedUntil?: Instant | undefined;
  /** What is blocked: the account, a pool of it, or a model of it alone. */
  scope?: { account: string; pool?: string | undefined; model?: string | undefined } | undefined;
  reason: string;
}

export interface LimitBlocks {
  /**
   * Blocks what was refused; durable once this resolves.
   * @throws not_found for an account that is not configured, request_invalid for a report of the future,
   * store_unavailable, and then the block holds in this process only
   */
  report(limit: LimitReport): Promise<ReportedLimit>;
  /** The block that holds longest for an account, or a model of it. Three look-ups. */
  of(account: string, model: string | undefined, now: Instant): { until: Instant; why: Why } | undefined;
  /** Ends blocks that a fresh snapshot speaks against. Never throws. */
  read(snapshot: Snapshot): Promise<void>;
  /** Takes in what other processes have blocked. Never throws. */
  refresh(): Promise<void>;
  /** Calls back when blocks of an account have begun, ended early or changed. */
  onChange(listener: (account: string) => void): void;
}

/** Clocks of people's machines may be ahead by so many milliseconds. */
const clockSkew = 5 * 60_000;
/** A refusal without an end speaks for so many milliseconds. */
const speaksFor = 60_000;
/** No short limit of calls lasts longer, so what does is a quota. */
const longestRate = 3_600_000;

/**
 * @param options.sharers all accounts that draw on the same pool, itself included: a quota that is used up is so for all
 */
export function createLimitBlocks(options: {
  accounts: readonly Account[];
  standings: Pick<Standings, "of">;
  sharers: (account: string) => readonly string[];
  settings: Pick<Settings, "get" | "swap">;
  clock: Clock;
  log: Log;
}): LimitBlocks {
  const { standings, clock, log } = options;
  const blocks = createBlocks(mostBlocks);
  const listeners: ((account: string) => void)[] = [];
  const kept = createKeptBlocks({ ...options, blocks, onChange: changed });

  function changed(keys: readonly string[]): void {
    const accounts = new Set(keys.map((key) => key.split(/[|/]/, 1)[0] ?? ""));
    for (const account of accounts) for (const listener of listeners) listener(account);
  }

  function poolOf({ account, model = "", told }: LimitReport): Pool {
    const standing = standings.of(account);
    if (standing === undefined) throw unknownAccount(account, options.accounts);
    if (model === "") return poolWith(account);
    const pool = standing.poolOf(model);
    const apart = told.kind === "capacity" || (told.perModel === true && pool.scope === "");
    return apart ? modelAlone(account, model) : pool;
  }

  function block(pool: Pool, { told }: LimitReport, why: Why, at: Instant, window: Quota | undefined): void {
    const before = blocks.find(pool.key);
    blocks.add({ pool, now: at, told: told.until, window, why });
    const after = blocks.find(pool.key);
    // What has hardly changed need not be told or written again: refusals come in swarms.
    if (isNearly(before, after)) return;
    const { account, key } = pool;
    const sharers = why.kind === "quota" ? options.sharers(account) : [];
    const others = sharers
      .filter((other) => other !== account)
      .map((other) => other + key.slice(account.length));
    for (const other of others) {
      if ((blocks.find(other)?.until ?? 0) < (after?.until ?? 0)) blocks.put(other, after);
    }
    const keys = [key, ...others];
    for (const one of keys) kept.note(one);
    changed(keys);
  }

  return {
    async report(written) {
      const limit = { ...written, model: written.model ?? written.told.model };
      const { told, model } = limit;
      const now = clock.now();
      if ((limit.at ?? now) > now + clockSkew)
        throw new AppError("request_invalid", "at: is in the future. Check the clock that it is of.");
      const at = Math.min(limit.at ?? now, now);
      const pool = poolOf(limit);
      if (told.kind === "capacity") {
        if (model === undefined || model === "") return { kind: "capacity", reason: told.reason };
        limit.told = { ...told, until: capacityEnd(at, told.until) };
      }
      const window = windowOf(limit, standings);
      const { until } = limit.told;
      const why: Why = { kind: told.kind ?? kindOf(until, window, at), reason: told.reason };
      const isOver = until === undefined ? now - at > speaksFor : until <= now;
      if (isOver) return { ...why, reason: `${told.reason}; it is over already` };
      block(pool, limit, why, at, window);
      await kept.written();
      return { ...why, blockedUntil: blocks.until(pool, now), scope: scopeOf(pool) };
    },
    of(account, model, now) {
      const keys = [poolWith(account).key];
      if (model !== undefined) {
        keys.push(standings.of(account)?.poolOf(model).key ?? "", modelAlone(account, model).key);
      }
      let longest: { until: Instant; why: Why } | undefined;
      for (const key of keys) {
        const found = blocks.find(key);
        if (found?.why === undefined || found.until <= now || found.until <= (longest?.until ?? 0)) continue;
        longest = { until: found.until, why: found.why };
      }
      return longest;
    },
    async read({ account, fetchedAt, state }) {
      const now = clock.now();
      const standing = standings.of(account);
      if (standing === undefined || state !== "ok") return;
      const over: string[] = [];
      for (const [key, found] of blocks.all()) {
        if (!key.startsWith(`${account}|`) || found.until <= now || found.why?.kind !== "quota") continue;
        const windows = standing.windowsIn(key.slice(account.length + 1));
        if (showsRoom(windows, fetchedAt, found.at)) over.push(key);
      }
      for (const key of over) {
        blocks.put(key, undefined);
        kept.note(key);
      }
      changed(over);
      await kept.written().catch((error) => log.warn({ account, error }, "Blocks could not be stored."));
    },
    refresh: kept.refresh,
    onChange: (listener) => void listeners.push(listener),
  };
}

/** The window that a refusal may be of: none where it says that calls come too fast. */
function windowOf(
  { account, model, told }: LimitReport,
  standings: Pick<Standings, "of">,
): Quota | undefined {
  if (told.kind === "rate" || told.kind === "capacity") return undefined;
  return tightestQuota(standings.of(account)?.windowsFor(model) ?? []);
}

function kindOf(until: Instant | undefined, window: Quota | undefined, at: Instant): RefusalKind {
  if (until !== undefined) return until - at > longestRate ? "quota" : "rate";
  return comingReset(window, at) === undefined ? "rate" : "quota";
}

function scopeOf({ account, scope, key }: Pool): ReportedLimit["scope"] {
  if (key.startsWith(`${account}/`)) return { account, model: scope };
  return { account, pool: scope === "" ? undefined : scope };
}

function isNearly(before: Block | undefined, after: Block | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return before.why?.kind === after.why?.kind && Math.abs(before.until - after.until) < 1_000;
}

import { risesOf, type TokensPerPercent, tokensPerPercent } from "../domain/capacity.ts";
import type { Instant, Quota } from "../domain/quota.ts";
import type { Clock, History, Ledger, Log } from "../ports.ts";

/** What a percent of an account's window is in tokens; undefined while there is too little to go by. */
export type PerPercent = (account: string, quota: Quota) => Promise<TokensPerPercent | undefined>;

const minute = 60_000;
/** How long an answer holds, and how far back it looks. */
const lifetime = 10 * minute;
const span = 14 * 24 * 60 * minute;
/** Rises beyond these add nothing. */
const plenty = 100;
const mostRises = 50;

/**
 * Measures from the history of a window and the tokens recorded while it rose, the newest rises first. A window that
 * counts for some models only has no measure: the tokens of an account are not told apart by model within a day.
 *
 * @param options.sharers all accounts that draw on the same pool, itself included
 */
export function createPerPercent(options: {
  history: Pick<History, "samples">;
  ledger: Pick<Ledger, "spent">;
  sharers: (account: string) => readonly string[];
  clock: Clock;
  log: Log;
}): PerPercent {
  const { history, ledger, clock, log } = options;
  const known = new Map<string, { at: Instant; measured: Promise<TokensPerPercent | undefined> }>();

  async function tokensOf(account: string, from: Instant, to: Instant): Promise<number> {
    // The ledger knows minutes: those that began before or ended after are left out, so a percent is rather too small.
    const [start, end] = [Math.ceil(from / minute) * minute, Math.floor(to / minute) * minute];
    if (end <= start) return 0;
    const spent = await Promise.all(options.sharers(account).map((id) => ledger.spent(id, start, end)));
    return spent.reduce((sum, one) => sum + (one?.tokens ?? 0), 0);
  }

  async function measure(account: string, quota: Quota, now: Instant): Promise<TokensPerPercent | undefined> {
    const samples = await history.samples({ account, reading: quota.id, from: now - span, to: now + 1 });
    const measured: { points: number; tokens: number }[] = [];
    let points = 0;
    for (const rise of risesOf(samples.filter(({ kind }) => kind === "quota")).slice(0, mostRises)) {
      measured.push({ points: rise.points, tokens: await tokensOf(account, rise.from, rise.to) });
      points += rise.points;
      if (points >= plenty) break;
    }
    return tokensPerPercent(measured);
  }

  return async (account, quota) => {
    if (quota.scope !== undefined) return undefined;
    const now = clock.now();
    const key = `${account} ${quota.id}`;
    const before = known.get(key);
    if (before !== undefined && now >= before.at && now < before.at + lifetime) return await before.measured;
    const measured = measure(account, quota, now).catch((error) => {
      known.delete(key);
      log.warn({ account, window: quota.id, error }, "What a percent is in tokens could not be measured.");
      return undefined;
    });
    known.set(key, { at: now, measured });
    return await measured;
  };
}

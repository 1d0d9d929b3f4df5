import type { QuotaSample } from "../domain/history.ts";
import type { Instant } from "../domain/quota.ts";
import type { Clock, History } from "../ports.ts";

/** What quotas of an account stood at over a time, oldest first. */
export interface QuotaHistory {
  account: string;
  /** Id of the one reading that was asked for. */
  reading?: string | undefined;
  from: Instant;
  to: Instant;
  samples: readonly QuotaSample[];
}

/** Tells the history of an account from so many milliseconds ago until now. */
export type QuotaHistories = (request: {
  account: string;
  reading?: string | undefined;
  range: number;
}) => Promise<QuotaHistory>;

export function createQuotaHistories(options: { history: History; clock: Clock }): QuotaHistories {
  return async ({ account, reading, range }) => {
    const to = options.clock.now();
    const from = to - range;
    // What is being read at this very moment counts.
    const samples = await options.history.samples({ account, reading, from, to: to + 1 });
    return { account, reading, from, to, samples };
  };
}

/** What ranges look like, for help and error messages. */
export const rangeExamples = "24h, 7d or 30d";

const hour = 3_600_000;
const longest = 366 * 24 * hour;

/** A range in milliseconds, such as "24h" or "30d"; undefined for any other text and for more than 366 days. */
export function parseRange(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,4})([hd])$/.exec(text.trim().toLowerCase()) ?? [];
  const range = Number(number) * (unit === "d" ? 24 * hour : hour);
  return range > 0 && range <= longest ? range : undefined;
}

import { addSpent, nothingSpent, type Spent } from "../../src/core/domain/book.ts";
import type { Instant } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Ledger } from "../../src/core/ports.ts";

/** What accounts spent, and how often somebody asked; fails while `broken` is set. */
export function createSpending(): Pick<Ledger, "spent"> & {
  add(account: string, at: Instant, spent: Partial<Spent>): void;
  asked: string[];
  broken: boolean;
} {
  const calls: { account: string; at: Instant; spent: Spent }[] = [];
  return {
    asked: [],
    broken: false,
    add(account, at, spent) {
      calls.push({ account, at, spent: { ...nothingSpent(), records: 1, requests: 1, ...spent } });
    },
    async spent(account, start, end) {
      this.asked.push(account);
      if (this.broken) throw new AppError("store_unavailable", "The ledger is away.");
      const theirs = calls.filter((call) => call.account === account);
      if (theirs.length === 0) return undefined;
      const sum = nothingSpent();
      for (const { at, spent } of theirs) if (at >= start && at < end) addSpent(sum, spent);
      return sum;
    },
  };
}

import type { Caveat, Hindrance } from "../domain/availability.ts";
import type { AccountState } from "../domain/quota.ts";

/** Why something may not be used now, without a full stop and without the instant at which that ends. */
export function hindranceWords(hindrance: Hindrance): string {
  switch (hindrance.code) {
    case "exhausted": {
      const scope = hindrance.scope === undefined ? "" : ` (${hindrance.scope})`;
      return `nothing is left in its ${hindrance.window}${scope} window`;
    }
    case "no_balance":
      return "nothing is left of its prepaid money";
    case "refused":
      return `it was refused: ${hindrance.why.reason}`;
    case "budget":
      return `budget ${hindrance.budget} is exceeded, and only ${paidWords[hindrance.to]} are used`;
    case "account":
      return `its account is ${lockedWords[hindrance.state] ?? "not usable"}`;
  }
}

/** What makes an answer less sure. */
export function caveatWords(caveat: Caveat): string {
  return caveat.code === "stale" ? "its numbers are old" : "nobody knows what is left";
}

/** Accounts that pay in one way. */
export const paidWords = {
  free: "free accounts",
  subscription: "subscriptions",
  paid: "accounts paid by the bill",
  prepaid: "prepaid accounts",
} as const;

const lockedWords: Readonly<Partial<Record<AccountState, string>>> = {
  forbidden: "blocked by the provider",
  retired: "of a service that has ended",
};

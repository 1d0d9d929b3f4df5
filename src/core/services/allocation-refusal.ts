import type { Grant } from "../domain/allocation.ts";
import type { Instant } from "../domain/quota.ts";
import type { ErrorCode } from "../errors.ts";
import type { Room } from "./capacity.ts";

/** Why an account had no room. */
export type Refused = { account: string; provider: string } & (
  | Exclude<Room, { kind: "known" }>
  | Extract<Grant, { kind: "crowded" | "short" }>
);

/** Why one account was refused, in words and numbers. */
export interface AccountRefusal {
  account: string;
  reason: "quota" | "concurrency" | "unknown" | "blocked";
  message: string;
  /** Tokens of the window with the least. */
  free?: number | undefined;
  window?: string | undefined;
  basis?: string | undefined;
  /** When that window starts over. */
  resetsAt?: Instant | undefined;
}

/** Why nothing was reserved. */
export interface Refusal {
  code: Extract<ErrorCode, "insufficient_quota" | "concurrency_exceeded" | "unknown_capacity">;
  message: string;
  /** When asking again can help; absent: nobody knows. */
  retryAt?: Instant | undefined;
  accounts: readonly AccountRefusal[];
}

/** Others may release before they must, so asking again can help by then. */
const soon = 60_000;

/**
 * What to answer when no account had room. Where one had only too many agents on it, that is said before all others:
 * it passes the soonest. That nobody knows is said when it is so of all.
 */
export function refusalOf(refused: readonly Refused[], tokens: number, now: Instant): Refusal {
  const accounts = refused.map((one) => accountRefusal(one, tokens));
  const reasons = new Set(accounts.map(({ reason }) => reason));
  const code = reasons.has("concurrency")
    ? "concurrency_exceeded"
    : reasons.has("quota") || reasons.has("blocked")
      ? "insufficient_quota"
      : "unknown_capacity";
  const [first] = accounts;
  const message =
    accounts.length === 1 && first !== undefined
      ? first.message
      : `None of ${accounts.length} accounts has room: ${accounts.map((one) => one.message).join(" ")}`;
  const retries = refused.flatMap((one) => retryAt(one, now) ?? []);
  return { code, message, retryAt: retries.length === 0 ? undefined : Math.min(...retries), accounts };
}

function accountRefusal(refused: Refused, tokens: number): AccountRefusal {
  const { account, provider } = refused;
  if (refused.kind === "unknown") {
    const message = `What is left of ${account} is not known: ${refused.reason}.`;
    return { account, reason: "unknown", message };
  }
  if (refused.kind === "blocked") {
    const until = refused.until === undefined ? "" : `, until ${iso(refused.until)}`;
    const message = `${account} may not be used now: ${refused.reason}${until}.`;
    return { account, reason: "blocked", message, resetsAt: refused.until };
  }
  if (refused.kind === "crowded") {
    const name = refused.of === "provider" ? provider : account;
    const message = `${name} is in use by ${refused.most} agents, as many as may use it at a time.`;
    return { account, reason: "concurrency", message };
  }
  const { window } = refused.binding;
  const free = Math.max(0, refused.binding.free);
  const until = window.resetsAt === undefined ? "" : `, which starts over at ${iso(window.resetsAt)}`;
  const message = `${account} has ${written(free)} of ${written(tokens)} tokens free (${window.label}${until}).`;
  const { basis, resetsAt } = window;
  return { account, reason: "quota", message, free, window: window.id, basis, resetsAt };
}

function retryAt(refused: Refused, now: Instant): Instant | undefined {
  if (refused.kind === "unknown") return undefined;
  if (refused.kind === "blocked") return refused.until;
  const known =
    refused.kind === "crowded"
      ? [refused.freeAt, now + soon]
      : [refused.freeAt, refused.binding.window.resetsAt];
  const ahead = known.filter((at): at is Instant => at !== undefined && at > now);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

function written(tokens: number): string {
  return tokens.toLocaleString("en-US");
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}

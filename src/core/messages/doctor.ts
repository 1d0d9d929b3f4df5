import type { AccountState, Instant } from "../domain/quota.ts";
import type { AccountReport } from "../services/quota-report.ts";
import type { Refusal } from "../services/refusals.ts";
import { stateName } from "./account-state.ts";
import { nameless } from "./channel-test.ts";
import { count, duration } from "./format.ts";

/** What the doctor looks at. */
export type Examined =
  | "configuration"
  | "store"
  | "account"
  | "channel"
  | "host"
  | "slack"
  | "discord"
  | "mail"
  | "permissions"
  | "credentials"
  | "disk"
  | "clock"
  | "timezone"
  | "node"
  | "http"
  | "bot";

/** One thing that was looked at. */
export interface Finding {
  check: Examined;
  /** What people call it. */
  name: string;
  /** `warning`: it works, and somebody should know or see to it. */
  level: "ok" | "warning" | "problem";
  /** How it is, in a sentence. */
  message: string;
  /** What to do about it. */
  todo?: string | undefined;
  /** Of an account: its id and state, and the page where a person can put it right. */
  account?: string | undefined;
  state?: AccountState | undefined;
  actionUrl?: string | undefined;
}

/** What to do where the account's own message does not say. */
const advice: Record<AccountState, string | undefined> = {
  ok: undefined,
  pending: undefined,
  auth_expired: "Sign in again with the provider's own program, or replace the credential.",
  forbidden: "Ask the owner of the account: it is blocked, or its credential lacks the right.",
  needs_action: "Do what is said, on the provider's page where there is one.",
  rate_limited: "Nothing: it is tried again by itself.",
  unsupported: "Remove it: this kind of account has no quota to read.",
  retired: "Remove it: the provider has ended this service.",
  error: "Nothing at first: it is tried again by itself.",
};

const levels: Partial<Record<AccountState, Finding["level"]>> = {
  ok: "ok",
  pending: "ok",
  rate_limited: "warning",
};

/** How an account stands, and what somebody should do about it. */
export function accountFinding(report: AccountReport): Finding {
  const { account, state, name, actionUrl } = report;
  const words = stateName(report);
  const said = report.message === undefined ? words : `${words}: ${report.message}`;
  return {
    ...{ check: "account", name, level: levels[state] ?? "problem" },
    message: words === undefined ? "ok" : (said ?? words),
    todo: report.message === undefined ? advice[state] : undefined,
    ...{ account, state, actionUrl },
  };
}

/**
 * Whether a channel takes what is posted there, as far as that is known without a post.
 * @param looked what its platform says of it
 */
export function channelFinding(
  channel: string,
  refusal: Refusal | undefined,
  looked: Finding | undefined,
  now: Instant,
): Finding {
  const test = `\`quotabot send-test ${channel}\``;
  const named = { check: "channel", name: channel } as const;
  if (refusal !== undefined) {
    const reason = nameless(channel, refusal.reason);
    const known = looked === undefined || looked.level === "ok" ? "" : ` (${looked.message})`;
    return {
      ...{ ...named, level: "problem" },
      message: `refuses posts (${duration(now - refusal.at)} so far): ${reason}${known}`,
      todo: `${looked?.todo ?? "Put that right."} Then ${test} tries it; alerts are tried again every hour.`,
    };
  }
  if (looked !== undefined) return { ...looked, ...named };
  return { ...named, level: "ok", message: `no refusal is known; ${test} tries it` };
}

/** What it all comes to, in a line. */
export function verdict(findings: readonly Finding[]): string {
  const problems = findings.filter(({ level }) => level === "problem").length;
  const warnings = findings.filter(({ level }) => level === "warning").length;
  const warned = `${count(warnings, "thing")} to know of`;
  if (problems === 0) return warnings === 0 ? "All is well" : `All is well, with ${warned}`;
  const wrong = `${count(problems, "thing")} to put right`;
  return warnings === 0 ? wrong : `${wrong}, ${warned}`;
}

const ranks: Record<Finding["level"], number> = { problem: 0, warning: 1, ok: 2 };

/** Those that need a hand first. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => ranks[a.level] - ranks[b.level]);
}

import type { Message, Span } from "../domain/message.ts";
import type { AccountState, Instant } from "../domain/quota.ts";
import type { AccountReport } from "../services/quota-report.ts";
import type { Refusal } from "../services/refusals.ts";
import { stateName } from "./account-state.ts";
import { nameless } from "./channel-test.ts";
import { count, duration } from "./format.ts";

/** One thing that was looked at. */
export interface Finding {
  check: "configuration" | "store" | "account" | "channel";
  /** What people call it. */
  name: string;
  ok: boolean;
  /** What is wrong and what to do; or why all is well. */
  message: string;
  /** Of an account: its id and state, and the page where a person can put it right. */
  account?: string | undefined;
  state?: AccountState | undefined;
  actionUrl?: string | undefined;
}

/** What to do where the account's own message does not say. */
const advice: Record<AccountState, string> = {
  ok: "ok",
  pending: "not read yet: wait for the first read",
  auth_expired: "sign in again with the provider's own program, or replace the credential",
  forbidden: "ask the owner of the account: it is blocked, or its credential lacks the right",
  needs_action: "do what is said, on the provider's page where there is one",
  rate_limited: "nothing to do: it is tried again by itself",
  unsupported: "remove it: this kind of account has no quota to read",
  retired: "remove it: the provider has ended this service",
  error: "nothing at first: it is tried again by itself",
};

/** States that end by themselves. */
const passing: ReadonlySet<AccountState> = new Set(["ok", "pending", "rate_limited"]);

/** How an account stands, and what somebody should do about it. */
export function accountFinding(report: AccountReport): Finding {
  const { account, state, name, actionUrl } = report;
  const words = stateName(report);
  const message = words === undefined ? advice.ok : `${words}: ${report.message ?? advice[state]}`;
  return { check: "account", name, ok: passing.has(state), message, account, state, actionUrl };
}

/** Whether a channel takes what is posted there, as far as that is known without a post. */
export function channelFinding(channel: string, refusal: Refusal | undefined, now: Instant): Finding {
  const check = `\`quotabot send-test ${channel}\``;
  const message =
    refusal === undefined
      ? `no refusal is known; ${check} tries it`
      : `refuses posts (${duration(now - refusal.at)} so far): ${nameless(channel, refusal.reason)} When that is done, ${check} tries it; alerts are tried again every hour.`;
  return { check: "channel", name: channel, ok: refusal === undefined, message };
}

/** All findings, those that need a hand first. */
export function doctorReport(findings: readonly Finding[]): Message {
  const wrong = findings.filter(({ ok }) => !ok);
  const sorted = [...wrong, ...findings.filter(({ ok }) => ok)];
  return {
    title: wrong.length === 0 ? "All is well" : `${count(wrong.length, "thing")} to put right`,
    tone: wrong.length === 0 ? "good" : "warning",
    blocks: [
      {
        type: "facts",
        facts: sorted.map(({ name, ok, message, actionUrl }) => {
          const value: Span[] = [`${ok ? "✓" : "✗"} ${message}`];
          if (actionUrl !== undefined) value.push(" ", { link: actionUrl, label: "Put it right" });
          return { label: name, value };
        }),
      },
    ],
  };
}

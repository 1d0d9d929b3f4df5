import {
  type Action,
  type Bar,
  type Block,
  type Mark,
  type Message,
  spans,
  type Text,
} from "../domain/message.ts";
import { type Balance, type Instant, type Quota, remainingPercent, type Spend } from "../domain/quota.ts";
import { waitsForPerson } from "../domain/snapshot.ts";
import type { AccountReport, QuotaReport } from "../services/quota-report.ts";
import { stateWords } from "./account-state.ts";
import { count, fraction, listNames, markOf, percentLeft, quantity, toneOf } from "./format.ts";
import { onePerPool } from "./pool-rows.ts";

/** All accounts in one table, worst first, one bar for each pool: the window that stops somebody first. */
export function quotaTable(report: QuotaReport, call: { command: string; configured: number }): Message {
  if (call.configured === 0) return noAccounts;
  const bars = onePerPool(report.accounts).map((account) => accountBar(account, report.at));
  const reading = report.accounts.filter((account) => account.reading);
  const blocks: Block[] = [];
  if (reading.length > 0) blocks.push({ type: "text", text: readingNow(reading) });
  blocks.push({ type: "bars", bars }, { type: "actions", actions: answerActions(call.command) });
  return { title: "Quota", tone: toneOf(bars.map((bar) => bar.mark)), blocks, footer: asOf(report) };
}

/** Refresh and Share under an answer of this command line. */
export function answerActions(command: string): Action[] {
  return [
    { id: "refresh", label: "Refresh", command },
    { id: "share", label: "Share", command },
  ];
}

/** What is being read, by name, for the answer that comes before the numbers. */
export function readingNow(accounts: readonly AccountReport[]): Text {
  const names = listNames(accounts.map((account) => account.name));
  return accounts.length === 1
    ? `Reading ${names} …`
    : `Reading ${count(accounts.length, "account")}: ${names} …`;
}

/** One account as a bar, at the instant of the report. */
export function accountBar(report: AccountReport, at: Instant): Bar {
  const detail = report.plan === undefined ? report.providerName : `${report.providerName} ${report.plan}`;
  const quota = report.tightest;
  const left = quota && remainingPercent(quota);
  return {
    mark: accountMark(report, left),
    label: report.name,
    detail,
    left,
    value: accountValue(report, left),
    window: quota && windowName(quota),
    resetsAt: quota?.resetsAt,
    note: accountNote(report, at),
  };
}

/** The window with its pool: "5-hour", "weekly (Fable)". */
export function windowName(reading: Quota | Spend): string {
  return reading.kind === "quota" && reading.scope !== undefined
    ? `${reading.label} (${reading.scope})`
    : reading.label;
}

function accountMark(report: AccountReport, left: number | undefined): Mark {
  if (report.state === "pending" && left === undefined) return "waiting";
  if (report.state === "needs_action" || waitsForPerson(report.state)) return "blocked";
  if (left !== undefined) return markOf(left);
  const amount = amountOf(report);
  if (amount === undefined) return "unknown";
  return amount.kind === "balance" && amount.remaining <= 0 ? "empty" : "ok";
}

function accountValue(report: AccountReport, left: number | undefined): Text {
  if (left !== undefined) return [{ strong: percentLeft(left) }, " left"];
  const amount = amountOf(report);
  if (amount !== undefined) return amountText(amount);
  if (report.reading) return "reading …";
  if (report.state !== "ok") return "–";
  return report.readings.length === 0 ? "no quota told" : "unknown";
}

/** The money or counter that stands for an account without a quota. */
function amountOf(report: AccountReport): Balance | Spend | undefined {
  return report.readings.find((reading) => reading.kind !== "quota");
}

/** A balance or a spend in words: "$10.00 left", "$12.33 of $50.00 used". */
export function amountText(reading: Balance | Spend): string {
  if (reading.kind === "balance") return `${quantity(reading.remaining, reading.unit)} left`;
  if (reading.limit === undefined) return `${quantity(reading.used, reading.unit)} used`;
  return `${fraction(reading.used, reading.limit, reading.unit)} used`;
}

/** Said of numbers that were read before their window started over. */
export const startedOver = "has started over since";

function accountNote(report: AccountReport, at: Instant): Text | undefined {
  const parts: Text[] = report.sharedBy === undefined ? [] : ["shared"];
  const state = stateWords(report);
  if (state !== undefined && !(report.state === "pending" && report.reading)) parts.push(state);
  if (report.stale && report.fetchedAt !== undefined && report.tightest?.counted === undefined) {
    parts.push(["as of ", { instant: report.fetchedAt, style: "countdown" }]);
  }
  if (report.tightest?.resetsAt !== undefined && report.tightest.resetsAt <= at) parts.push(startedOver);
  if (parts.length === 0) return undefined;
  return parts.flatMap((part, index) => [index === 0 ? "" : ", ", ...spans(part)]);
}

function asOf(report: QuotaReport): Text | undefined {
  const fresh = report.accounts.filter((account) => account.fetchedAt !== undefined && !account.stale);
  if (fresh.length === 0) return undefined;
  const times = fresh.map((account) => account.fetchedAt ?? report.at);
  const oldest = Math.min(...times);
  const spread = Math.max(...times) - oldest >= 60_000;
  return [spread ? "Oldest numbers read " : "Numbers read ", { instant: oldest, style: "countdown" }, "."];
}

const noAccounts: Message = {
  title: "Quota",
  tone: "neutral",
  blocks: [
    { type: "text", text: "No account is configured yet, so there is nothing to show." },
    {
      type: "text",
      text: [
        "Add one under ",
        { code: "accounts:" },
        " in ",
        { code: "quotabot.yml" },
        " and start the bot again. An account needs an ",
        { code: "id" },
        " and a ",
        { code: "provider" },
        "; the README lists the providers and what each one needs.",
      ],
    },
  ],
};

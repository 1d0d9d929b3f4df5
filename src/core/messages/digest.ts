import { type Block, type Message, spans, type Text } from "../domain/message.ts";
import { type Instant, remainingPercent } from "../domain/quota.ts";
import type { AccountReport, QuotaReport } from "../services/quota-report.ts";
import { stateWords } from "./account-state.ts";
import { count, markOf, percentLeft } from "./format.ts";
import { accountBar, windowName } from "./quota-table.ts";

/** The daily summary: what is low, what comes back within a day, which accounts need a hand. Short enough for a phone. */
export function digest(report: QuotaReport): Message {
  const low = report.accounts.filter((account) => isLow(account));
  const stuck = report.accounts.filter(
    (account) => stateWords(account) !== undefined && account.state !== "pending",
  );
  const blocks: Block[] = [
    low.length > 0
      ? { type: "bars", bars: low.map((account) => accountBar(account, report.at)) }
      : { type: "text", text: "Nothing is low." },
  ];
  const resets = resetsWithinADay(report);
  if (resets.length > 0) blocks.push({ type: "text", text: { strong: "Comes back today" } });
  for (const line of resets) blocks.push({ type: "text", text: line });
  if (stuck.length > 0) {
    blocks.push({ type: "text", text: { strong: "Needs a hand" } });
    for (const account of stuck)
      blocks.push({ type: "text", text: [account.name, ": ", ...spans(stateWords(account) ?? "")] });
  }
  return {
    title: "Daily digest",
    tone: low.length + stuck.length > 0 ? "warning" : "good",
    blocks,
    footer: `${count(report.accounts.length, "account")} watched, ${count(report.accounts.length - stuck.length, "account")} in order.`,
  };
}

function isLow(account: AccountReport): boolean {
  const left = account.tightest && remainingPercent(account.tightest);
  return left !== undefined && markOf(left) !== "ok";
}

function resetsWithinADay(report: QuotaReport): Text[] {
  const until: Instant = report.at + 86_400_000;
  return report.accounts.flatMap((account): Text[] => {
    const quota = account.tightest;
    const left = quota && remainingPercent(quota);
    if (quota?.resetsAt === undefined || left === undefined || markOf(left) === "ok") return [];
    if (quota.resetsAt <= report.at || quota.resetsAt > until) return [];
    return [
      [
        `${account.name}, ${windowName(quota)} (${percentLeft(left)} left): `,
        { instant: quota.resetsAt, style: "countdown" },
      ],
    ];
  });
}

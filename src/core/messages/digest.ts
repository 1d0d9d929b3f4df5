import type { Block, Message } from "../domain/message.ts";
import { remainingPercent } from "../domain/quota.ts";
import type { AccountReport, QuotaReport } from "../services/quota-report.ts";
import { stateWords } from "./account-state.ts";
import { count, markOf } from "./format.ts";
import { onePerPool } from "./pool-rows.ts";
import { accountBar } from "./quota-table.ts";

/** The daily summary: what is low and when it comes back, and which accounts need a hand. Short enough for a phone. */
export function digest(report: QuotaReport): Message {
  const low = onePerPool(report.accounts).filter(isLow);
  const stuck = report.accounts.filter((account) => account.state !== "ok" && account.state !== "pending");
  const blocks: Block[] = [
    low.length > 0
      ? { type: "bars", bars: low.map((account) => accountBar(account, report.at)) }
      : { type: "text", text: "Nothing is low." },
  ];
  if (stuck.length > 0) {
    const facts = stuck.map((account) => ({
      label: account.name,
      value: stateWords(account) ?? account.state,
    }));
    blocks.push({ type: "text", text: { strong: "Needs a hand" } }, { type: "facts", facts });
  }
  const inOrder = report.accounts.length - stuck.length;
  return {
    title: "Daily digest",
    tone: low.length + stuck.length > 0 ? "warning" : "good",
    blocks,
    footer: `${count(report.accounts.length, "account")} watched, ${inOrder === report.accounts.length ? "all" : inOrder} in order.`,
  };
}

function isLow(account: AccountReport): boolean {
  const left = account.tightest && remainingPercent(account.tightest);
  return left !== undefined && markOf(left) !== "ok";
}

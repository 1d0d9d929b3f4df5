import type { Bar, Block, Message, Span, Text } from "../domain/message.ts";
import { type Instant, type Quota, remainingPercent } from "../domain/quota.ts";
import { waitsForPerson } from "../domain/snapshot.ts";
import type { AccountReport, QuotaReport } from "../services/quota-report.ts";
import { stateWords } from "./account-state.ts";
import { burnRateText } from "./burn-rate.ts";
import { fraction, listNames, markOf, percentLeft, quantity, toneOf } from "./format.ts";
import { accountBar, amountText, answerActions, readingNow, startedOver, windowName } from "./quota-table.ts";

/** An agent that has reserved tokens of an account. */
export interface Using {
  account: string;
  agent: string;
  tokens: number;
  used: number;
}

/**
 * Every window, pool and amount of the accounts. The page where a person can put an account right is shown to admins.
 */
export function accountDetails(
  report: QuotaReport,
  call: { command: string; admin: boolean; using?: readonly Using[] | undefined },
): Message {
  const reading = report.accounts.filter((account) => account.reading);
  const blocks: Block[] = reading.length > 0 ? [{ type: "text", text: readingNow(reading) }] : [];
  const single = report.accounts.length === 1 ? report.accounts[0] : undefined;
  for (const account of report.accounts) {
    if (single === undefined) blocks.push({ type: "text", text: { strong: account.name } });
    const using = call.using?.filter((one) => one.account === account.account) ?? [];
    blocks.push(...accountBlocks(account, report.at, { admin: call.admin, using }));
  }
  blocks.push({ type: "actions", actions: answerActions(call.command) });
  return {
    title:
      single?.name ?? `${report.accounts[0]?.providerName ?? "Accounts"}: ${report.accounts.length} accounts`,
    tone: toneOf(report.accounts.map((account) => accountBar(account, report.at).mark)),
    blocks,
  };
}

function accountBlocks(
  report: AccountReport,
  at: Instant,
  { admin, using }: { admin: boolean; using: readonly Using[] },
): Block[] {
  const blocks: Block[] = [{ type: "facts", facts: [...facts(report), ...usingFacts(using)] }];
  if (report.message !== undefined) blocks.push({ type: "text", text: problem(report, at, admin) });
  const bars = report.readings
    .filter((reading) => reading.kind === "quota")
    .map((quota) => quotaBar(quota, report, at));
  if (bars.length > 0) blocks.push({ type: "bars", bars });
  const amounts = report.readings.filter((reading) => reading.kind !== "quota");
  if (amounts.length > 0) {
    blocks.push({
      type: "facts",
      facts: amounts.map((amount) => ({ label: amount.label, value: amountText(amount) })),
    });
  }
  for (const quota of report.binding) {
    const text = burnRateText(quota, report, at);
    if (text !== undefined) blocks.push({ type: "text", text });
  }
  return blocks;
}

function facts(report: AccountReport): { label: string; value: Text }[] {
  const found: { label: string; value: Text }[] = [{ label: "Provider", value: report.providerName }];
  if (report.plan !== undefined) found.push({ label: "Plan", value: report.plan });
  found.push({ label: "State", value: stateWords(report) ?? "ok" });
  const sharers = report.sharedBy?.filter(({ account }) => account !== report.account) ?? [];
  if (sharers.length > 0) {
    found.push({ label: "Shares its pool with", value: listNames(sharers.map(({ name }) => name)) });
  }
  if (report.fetchedAt !== undefined) {
    const age: Span = { instant: report.fetchedAt, style: "countdown" };
    if (report.pushedBy === undefined) found.push({ label: "Numbers read", value: age });
    else found.push({ label: "Numbers from", value: [machineOf(report.pushedBy.user), ", ", age] });
  }
  return found;
}

/** Who holds an allocation, with what is used of it. */
function usingFacts(using: readonly Using[]): { label: string; value: Text }[] {
  if (using.length === 0) return [];
  const agents = using.map(({ agent, used, tokens }) => `${agent} (${fraction(used, tokens, "tokens")})`);
  return [{ label: "Reserved by", value: listNames(agents) }];
}

/** Whose machine told the numbers; of an e-mail address only the part that people call somebody by. */
function machineOf(user: string | undefined): string {
  return user === undefined ? "somebody's machine" : `${user.split("@")[0]}'s machine`;
}

function problem(report: AccountReport, at: Instant, admin: boolean): Text {
  const text: Span[] = [report.message ?? ""];
  if (report.actionUrl !== undefined && admin)
    text.push(" ", { link: report.actionUrl, label: "Put it right" });
  else if (report.actionUrl !== undefined) text.push(" An admin of this bot can see the link.");
  if (report.nextReadAt !== undefined && report.nextReadAt > at && !waitsForPerson(report.state)) {
    text.push(" Next try ", { instant: report.nextReadAt, style: "countdown" }, ".");
  }
  return text;
}

function quotaBar(quota: Quota, report: AccountReport, at: Instant): Bar {
  const left = remainingPercent(quota);
  return {
    mark: left === undefined ? "unknown" : markOf(left),
    label: windowName(quota),
    left,
    value: left === undefined ? "unknown" : [{ strong: percentLeft(left) }, " left"],
    resetsAt: quota.resetsAt,
    note: quotaNote(quota, report, at),
  };
}

function quotaNote(quota: Quota, report: AccountReport, at: Instant): Text | undefined {
  const parts: string[] = [];
  if (quota.unit !== "percent" && quota.used !== undefined && quota.limit !== undefined) {
    const least = quota.counted?.atLeast ? "at least " : "";
    parts.push(`${least}${fraction(quota.used, quota.limit, quota.unit)} used`);
    if (least !== "") parts.push("some calls have no known price");
  }
  if (quota.used === undefined && quota.limit !== undefined && quota.unit !== "percent") {
    parts.push(`limit ${quantity(quota.limit, quota.unit)}`);
  }
  const pool = report.readings.filter((other) => other.kind === "quota" && other.scope === quota.scope);
  if (pool.length > 1 && report.binding.has(quota)) parts.push("counts first");
  if (quota.resetsAt !== undefined && quota.resetsAt <= at) parts.push(startedOver);
  return parts.length === 0 ? undefined : parts.join(", ");
}

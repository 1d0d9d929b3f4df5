import type { Block, Message, Span, Text } from "../domain/message.ts";
import type { DigestFacts } from "../services/digest-facts.ts";
import type { AccountReport } from "../services/quota-report.ts";
import { stateWords } from "./account-state.ts";
import { budgetBar, projectionText } from "./cost.ts";
import { changeBlocks, firstSeenBlocks } from "./digest-changes.ts";
import { few, heading, moreOf } from "./digest-lists.ts";
import { usageBlocks } from "./digest-usage.ts";
import type { NameAccount } from "./event-words.ts";
import { count, listNames, markOf } from "./format.ts";
import { monthName } from "./period-words.ts";
import { accountBar, windowName } from "./quota-table.ts";
import type { UsageNames } from "./usage-names.ts";

/** What things are called in a digest. */
export interface DigestNames {
  names: UsageNames;
  nameAccount: NameAccount;
}

/**
 * The summary of a day, a week or a month: what was used and cost, what is low and when it comes back, budgets, what has
 * happened, and which accounts need a hand. Short enough for a phone: of each kind the first few, the others counted.
 */
export function digest(facts: DigestFacts, called: DigestNames): Message {
  const { low, stuck, health } = facts;
  const worrying = low.length + stuck.length + health.refusing.length > 0 || isOver(facts);
  return {
    title: titleOf(facts),
    tone: worrying || health.store?.fault !== undefined ? "warning" : "good",
    blocks: [
      ...usageBlocks(facts, called.names),
      ...lowBlocks(facts),
      ...resetBlocks(facts),
      ...budgetBlocks(facts),
      ...changeBlocks(facts, called.nameAccount),
      ...firstSeenBlocks(facts, called.nameAccount),
      ...stuckBlocks(facts),
    ],
    footer: healthLine(facts),
  };
}

function titleOf({ kind, period }: DigestFacts): string {
  if (kind === "day") return "Daily digest";
  return kind === "week" ? "Weekly report" : `Monthly report: ${monthName(period.from)}`;
}

function lowBlocks({ low, at }: DigestFacts): Block[] {
  if (low.length === 0) return [{ type: "text", text: "Nothing is low." }];
  return [
    heading("Low now"),
    { type: "bars", bars: low.slice(0, few).map((account) => accountBar(account, at)) },
    ...moreOf(low, "low"),
  ];
}

/** "Back today: GLM 5-hour 05:00, Octo weekly 18:00 and 2 more." */
function resetBlocks({ resets }: DigestFacts): Block[] {
  if (resets.length === 0) return [];
  const shown = resets.slice(0, few).sort((a, b) => a.at - b.at);
  const more = resets.length - shown.length;
  const text: Span[] = shown.flatMap(({ name, reading, at }, index): Span[] => [
    `${index === 0 ? "" : ", "}${name} ${windowName(reading)} `,
    { instant: at, style: "moment" },
  ]);
  return [
    { type: "text", text: [{ strong: "Back today:" }, " ", ...text, more > 0 ? ` and ${more} more.` : "."] },
  ];
}

/** Those that are closest to their end. */
function budgetBlocks({ cost }: DigestFacts): Block[] {
  if (cost === undefined) return [];
  const budgets = [...cost.budgets].sort(
    (a, b) => b.usedMicros / b.limitMicros - a.usedMicros / a.limitMicros,
  );
  const { projection } = cost;
  const monthEnd: Block[] =
    projection === undefined
      ? []
      : [{ type: "facts", facts: [{ label: "Month end", value: projectionText(projection) }] }];
  if (budgets.length === 0) return monthEnd;
  return [
    heading("Budgets"),
    { type: "bars", bars: budgets.slice(0, few).map(budgetBar) },
    ...moreOf(budgets),
    ...monthEnd,
  ];
}

function isOver({ cost }: DigestFacts): boolean {
  return cost?.budgets.some((budget) => markOf(budgetBar(budget).left ?? 100) !== "ok") ?? false;
}

function stuckBlocks({ stuck }: DigestFacts): Block[] {
  if (stuck.length === 0) return [];
  return [
    heading("Needs a hand"),
    {
      type: "facts",
      facts: stuck.slice(0, few).map((account) => ({ label: account.name, value: stateOf(account) })),
    },
    ...moreOf(stuck),
  ];
}

function stateOf(account: AccountReport): Text {
  return stateWords(account) ?? account.state;
}

/** "3 accounts watched, 2 in order; oldest numbers read 5 min ago; store ok." */
function healthLine({ health }: DigestFacts): Text {
  const { accounts, inOrder, oldestRead, refusing, store } = health;
  const parts: Span[] = [
    `${count(accounts, "account")} watched, ${inOrder === accounts ? "all" : inOrder} in order`,
  ];
  if (oldestRead !== undefined) {
    parts.push("; oldest numbers read ", { instant: oldestRead, style: "countdown" });
  }
  if (refusing.length > 0) {
    parts.push(`; ${listNames(refusing, few)} ${refusing.length === 1 ? "refuses" : "refuse"} posts`);
  }
  if (store === undefined) return [...parts, "."];
  return [...parts, store.fault === undefined ? "; store ok." : `; store: ${store.fault}`];
}

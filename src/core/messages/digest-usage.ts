import type { Day } from "../domain/day.ts";
import type { Block, Text } from "../domain/message.ts";
import type { Period } from "../domain/period.ts";
import type { Correction, DigestFacts } from "../services/digest-facts.ts";
import type { DayFigures } from "../services/digest-memory.ts";
import type { CostReport, UsageRow } from "../services/usage-report.ts";
import { billingFacts } from "./cost.ts";
import { few, heading } from "./digest-lists.ts";
import { isNothing, tokenText } from "./figures.ts";
import { count, dollars, listNames, scaled } from "./format.ts";
import { periodWords, shortDayName } from "./period-words.ts";
import { unpricedNames } from "./usage.ts";
import { type UsageNames, valueName } from "./usage-names.ts";

/** What was used and cost, each way of paying apart, and what has changed of days told before. */
export function usageBlocks({ cost, period, corrections }: DigestFacts, names: UsageNames): Block[] {
  const changed = correctionFacts(corrections);
  const late: Block[] = changed.length > 0 ? [{ type: "facts", facts: changed }] : [];
  if (cost === undefined) return late;
  const title = heading(whenText(period));
  if (isNothing(cost.total)) {
    return [title, { type: "text", text: "Nobody reported any use." }, ...late];
  }
  return [title, { type: "facts", facts: [...factsOf(cost, names), ...changed] }];
}

/** "Yesterday, Saturday 21 Nov", "From 18 Nov to 21 Nov 2026" */
function whenText(period: Period): string {
  const words = periodWords(period);
  const day = period.from === period.to ? `, ${weekday(period.from)} ${shortDayName(period.from)}` : "";
  return `${words[0]?.toUpperCase()}${words.slice(1)}${day}`;
}

type Fact = { label: string; value: Text };

function factsOf(cost: CostReport, names: UsageNames): Fact[] {
  const { unpriced } = cost.total;
  const facts = billingFacts(cost);
  if (unpriced > 0) {
    const models = unpricedNames(cost.unpricedModels, names);
    const whose = models.length === 0 ? "them" : listNames(models, few);
    facts.push({ label: "Unpriced", value: `${count(unpriced, "call")}: no price is known for ${whose}` });
  }
  for (const [label, by, rows] of [
    ["Models", "model", cost.models],
    ["People", "user", cost.users],
  ] as const) {
    // That nobody tells who it was is not worth a line.
    if (rows.some(({ value }) => value !== "")) facts.push({ label, value: topText(by, rows, names) });
  }
  return facts;
}

/** A report names no more rows than these. */
const mostRows = 10;

/** "glm-4.7 $4.20, nova-3 $0.14, claude-opus 47.7 M tokens and 4 more" */
function topText(by: "model" | "user", rows: readonly UsageRow[], names: UsageNames): string {
  const named = rows.slice(0, few).map((row) => `${valueName(by, row.value, names)} ${amountOf(row)}`);
  const rest = rows.length - named.length;
  if (rest === 0) return named.join(", ");
  return `${named.join(", ")} and ${rows.length < mostRows ? `${rest} more` : "more"}`;
}

function amountOf({ figures }: UsageRow): string {
  if (figures.billedMicros > 0) return dollars(figures.billedMicros);
  return figures.tokens.total > 0 ? `${tokenText(figures)} tokens` : count(figures.requests, "call");
}

/** "Friday 20 Nov is now $4.20, was $3.90: records came late", the newest days. */
function correctionFacts(corrections: readonly Correction[]): Fact[] {
  return [...corrections]
    .reverse()
    .slice(0, few)
    .map(({ day, was, now }) => {
      const differs = kinds.find((text) => text(was) !== text(now)) ?? calls;
      return {
        label: `${weekday(day)} ${shortDayName(day)}`,
        value: `is now ${differs(now)}, was ${differs(was)}: records came late`,
      };
    });
}

const calls = ({ requests }: DayFigures) => count(requests, "call");
const kinds: readonly ((figures: DayFigures) => string)[] = [
  ({ billedMicros }) => dollars(billedMicros),
  ({ tokens }) => `${scaled(tokens)} tokens`,
  calls,
];

/** "Friday" */
function weekday(day: Day): string {
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" }).format(
    Date.parse(`${day}T00:00:00Z`),
  );
}

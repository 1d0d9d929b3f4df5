import type { Hindrance, Verdict } from "../domain/availability.ts";
import { type Block, type Message, type Span, spans, type Text } from "../domain/message.ts";
import type { Candidate } from "../domain/route.ts";
import type { ComboReport, ComboUse } from "../services/combo-report.ts";
import type { RouteReport } from "../services/routing.ts";
import { count, dollars, percentLeft, share } from "./format.ts";
import { periodWords } from "./period-words.ts";
import { answerActions } from "./quota-table.ts";
import { caveatWords, hindranceWords, paidWords } from "./route-words.ts";
import type { UsageNames } from "./usage-names.ts";

const mostRows = 12;

/** What to use now, what comes after it and why; with how a combo was used, where that is told. */
export function routeMessage(
  report: RouteReport,
  facts: { names: UsageNames; use?: ComboReport | undefined },
): Message {
  const { name, order, choice } = report;
  const { names, use } = facts;
  const shown = order.slice(0, mostRows);
  const blocks: Block[] = [{ type: "facts", facts: headFacts(report, names) }];
  if (shown.length > 0) {
    blocks.push({
      type: "table",
      columns: [
        { title: "Account" },
        { title: "Model" },
        { title: "Left", align: "right" },
        { title: "Why" },
      ],
      rows: shown.map((one) => [
        names.account(one.account),
        one.model ?? patternOf(one) ?? "any",
        one.verdict.left === undefined ? "?" : percentLeft(one.verdict.left),
        whyOf(one),
      ]),
    });
  }
  if (order.length > shown.length) {
    blocks.push({ type: "text", text: `and ${order.length - shown.length} more.` });
  }
  if (use !== undefined) blocks.push(...useBlocks(use, names));
  blocks.push({ type: "actions", actions: answerActions(`route ${name}`) });
  const used = choice === undefined ? "nothing can be used now" : names.account(choice.account);
  const tone = choice === undefined ? "critical" : report.standsInFor === undefined ? "good" : "warning";
  return { title: `${name}: ${used}`, tone, blocks };
}

function headFacts(report: RouteReport, names: UsageNames): { label: string; value: Text }[] {
  const { choice, since, standsInFor, mode, order } = report;
  const facts: { label: string; value: Text }[] = [];
  if (choice !== undefined) {
    const model = choice.model ?? patternOf(choice);
    const account = { strong: names.account(choice.account) };
    facts.push({ label: "Use now", value: model === undefined ? account : [account, ", ", model] });
    facts.push({ label: "Why", value: whyOf(choice) });
  } else {
    const back = Math.min(...order.map(({ verdict }) => verdict.until ?? Number.POSITIVE_INFINITY));
    const known = Number.isFinite(back);
    facts.push({ label: "Back", value: known ? { instant: back, style: "countdown" } : "nobody knows when" });
  }
  if (since !== undefined) facts.push({ label: "Since", value: { instant: since, style: "countdown" } });
  if (standsInFor !== undefined) facts.push({ label: "Stands in for", value: standsInFor });
  if (mode !== undefined) {
    facts.push({ label: "Budget", value: `${mode.budget} is exceeded: only ${paidWords[mode.to]} are used` });
  }
  return facts;
}

function patternOf({ key }: Candidate): string | undefined {
  const slash = key.indexOf("/");
  return slash < 0 ? undefined : key.slice(slash + 1);
}

/** What speaks against it, or else for it. */
function whyOf({ verdict, billing, price }: Candidate): Text {
  const parts: Text[] = verdict.hindrances.map(hindranceText);
  if (parts.length === 0) {
    parts.push(leftText(verdict), billing);
    if (price !== undefined && (billing === "paid" || billing === "prepaid"))
      parts.push(`${dollars(price)} for a million tokens`);
  }
  parts.push(...verdict.caveats.filter(({ code }) => code === "stale").map(caveatWords));
  return parts.flatMap((part, index) => [...(index === 0 ? [] : [", "]), ...spans(part)]);
}

function leftText({ left, window }: Verdict): Text {
  if (left === undefined || window === undefined) return "left unknown";
  const scope = window.scope === undefined ? "" : ` (${window.scope})`;
  const text: Span[] = [`${percentLeft(left)} left in its ${window.label}${scope} window`];
  if (window.resetsAt !== undefined) text.push(", resets ", { instant: window.resetsAt, style: "countdown" });
  return text;
}

function hindranceText(hindrance: Hindrance): Text {
  const { until } = hindrance;
  const words = hindranceWords(hindrance);
  return until === undefined ? words : [words, ", back ", { instant: until, style: "countdown" }];
}

function useBlocks({ uses, savings, period, requests }: ComboReport, names: UsageNames): Block[] {
  const span = periodWords(period);
  if (requests === 0) {
    const text = `Nobody has reported a call of this combo ${span}: records belong to it that say so in \`combo\`.`;
    return [{ type: "text", text }];
  }
  const blocks: Block[] = [
    { type: "text", text: [{ strong: "Used" }, ` ${span}: ${count(requests, "call")}`] },
    useTable(uses, names),
  ];
  if (savings !== undefined) {
    const { listMicros, billedMicros, against, model, calls, unpriced } = savings;
    const saved = listMicros - billedMicros;
    const list = `${dollars(listMicros)} at list price with ${against}${model === undefined || against.endsWith(`/${model}`) ? "" : ` (${model})`}`;
    const word = saved >= 0 ? `${dollars(saved)} less` : `${dollars(-saved)} more`;
    const without = unpriced === 0 ? "" : ` ${count(unpriced, "call")} without a known price left out.`;
    blocks.push({
      type: "text",
      text: `Billed ${dollars(billedMicros)} for ${count(calls, "call")}: ${word} than the ${list}.${without}`,
    });
  }
  return blocks;
}

function useTable(uses: readonly ComboUse[], names: UsageNames): Block {
  const money = [
    { title: "Billed", micros: ({ billedMicros }: ComboUse) => billedMicros },
    { title: "Included", micros: ({ includedMicros }: ComboUse) => includedMicros },
    { title: "Free", micros: ({ freeMicros }: ComboUse) => freeMicros },
  ].filter(({ micros }) => uses.some((use) => micros(use) > 0));
  return {
    type: "table",
    columns: [
      { title: "Account" },
      { title: "Calls", align: "right" },
      { title: "Share", align: "right" },
      ...money.map(({ title }) => ({ title, align: "right" as const })),
    ],
    rows: uses
      .slice(0, mostRows)
      .map((use) => [
        names.account(use.account),
        use.requests.toLocaleString("en-US"),
        share(use.share),
        ...money.map(({ micros }) => (micros(use) > 0 ? dollars(micros(use)) : "–")),
      ]),
  };
}

/** The answer to a name that is neither a combo nor a model of anybody's. */
export function noRoute(why: string): Message {
  return {
    title: "No such route",
    tone: "neutral",
    blocks: [
      { type: "text", text: why },
      {
        type: "text",
        text: ["A combo is written under ", { code: "combos:" }, " in ", { code: "quotabot.yml" }, "."],
      },
    ],
  };
}

import type { AlertEvent, EventType } from "../domain/event.ts";
import type { Span, Text, Tone } from "../domain/message.ts";
import type { Instant } from "../domain/quota.ts";
import { eventTitle, type NameAccount, windowWords } from "./event-titles.ts";
import { duration, percentLeft, quantity } from "./format.ts";

export type { NameAccount };

/** An event in words: a headline that stands alone, and a sentence with the facts. */
export interface EventWords {
  title: string;
  text: Text;
}

/**
 * Puts an event into words.
 *
 * @param now what should have come by then is not told as if it had; absent: when the event was found
 */
export function eventWords(event: AlertEvent, nameAccount: NameAccount, now = event.at): EventWords {
  const { blockedBy } = event;
  const facts =
    blockedBy === undefined ? texts[event.type](event, now) : leftText({ ...event, window: blockedBy }, now);
  const text = asSentence([...facts, ...topPart(event)]);
  return { title: eventTitle(event, nameAccount), text };
}

/** With a word such as "weekly" in front written as at the beginning of a sentence; a name such as "gpt-5" stays. */
function asSentence([first, ...rest]: Span[]): Span[] {
  if (first === undefined) return [];
  if (typeof first !== "string") return [first, ...rest];
  return [first.replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase()), ...rest];
}

/** The tone of a message about an event. */
export function eventTone(type: EventType, severity: "critical" | "warning" | "info"): Tone {
  if (severity !== "info") return severity;
  return good.has(type) ? "good" : "neutral";
}

const good: ReadonlySet<EventType> = new Set([
  "quota.reset",
  "quota.reset_early",
  "quota.recovered",
  "account.recovered",
  "source.recovered",
]);

const texts: Readonly<Record<EventType, (event: AlertEvent, now: Instant) => Span[]>> = {
  "quota.low": leftText,
  "quota.exhausted": leftText,
  "quota.reset": leftText,
  "quota.reset_early": leftText,
  "quota.recovered": leftText,
  "quota.reset_moved": ({ window, moved }) =>
    moved === undefined
      ? []
      : [
          `${windowWords(window)}: the reset has moved from `,
          { instant: moved.from, style: "moment" },
          " to ",
          { instant: moved.to, style: "moment" },
          ".",
        ],
  "quota.running_out": ({ window, projection }, now) => {
    if (projection === undefined) return [];
    return projection.runsOutAt <= now
      ? [`${windowWords(window)}: it should have run out by now (${projection.basis}).`]
      : [
          `${windowWords(window)}: at this rate it runs out `,
          { instant: projection.runsOutAt, style: "countdown" },
          `, ${duration(projection.beforeReset)} before the reset (${projection.basis}).`,
        ];
  },
  "quota.runaway": ({ window, rise }, now) => [
    `${windowWords(window)}: `,
    { strong: `${rise?.points}% used within ${rise?.minutes} minutes` },
    `, ${leftOf(window)}`,
    ...resetPart(window, now),
  ],
  "quota.exhausted_often": ({ often }) => [
    `It was exhausted ${often?.times} times in ${often?.days} days. A larger plan or a second account would help.`,
  ],
  "account.signed_out": reasonText,
  "account.forbidden": reasonText,
  "account.needs_action": reasonText,
  "account.recovered": () => ["It can be read again."],
  "source.stale": ({ since, reason }) => [
    ...(since === undefined
      ? ["Its numbers are old"]
      : ["It was last read ", { instant: since, style: "countdown" as const }]),
    ". Until it can be read again, no alert comes of its numbers.",
    ...(reason === undefined ? [] : [" ", ...withCode(reason)]),
  ],
  "source.recovered": () => ["Alerts go by its numbers again."],
  "overage.started": ({ window, amount }) => [
    `${window?.label}: `,
    { strong: amount === undefined ? "something" : quantity(amount.used, amount.unit) },
    amount?.limit === undefined
      ? " used beyond the plan."
      : ` of ${quantity(amount.limit, amount.unit)} used beyond the plan.`,
  ],
  "budget.reached": budgetText,
  "budget.projected": budgetText,
  "budget.exceeded": budgetText,
  "budget.period_over": () => ["A new period has begun."],
  "cost.spike": ({ money }) =>
    money === undefined
      ? []
      : [
          { strong: usd(money.usedMicros) },
          ` so far; ${usd(money.usualMicros ?? 0)} is usual, the median of recent days with use.`,
        ],
  "route.switched": ({ switched, reason }) => [
    switched === undefined
      ? ""
      : `Requests${switched.combo === undefined ? "" : ` for ${switched.combo}`} go to ${switched.to} instead of ${switched.from}.`,
    ...(reason === undefined ? [] : [` ${reason}`]),
  ],
};

/** How much of a window is left, and when it resets. */
export function leftText({ window, at }: AlertEvent, now = at): Span[] {
  return [`${windowWords(window)}: `, { strong: leftOf(window) }, ...resetPart(window, now)];
}

function leftOf(window: AlertEvent["window"]): string {
  const left = 100 - Math.min(100, window?.usedPercent ?? 0);
  return left <= 0 ? "nothing left" : `${percentLeft(left)} left`;
}

function resetPart(window: AlertEvent["window"], now: Instant): Span[] {
  if (window?.resetsAt === undefined) return ["."];
  if (window.resetsAt <= now) return [", its reset is due."];
  return [", resets ", { instant: window.resetsAt, style: "countdown" }, "."];
}

function reasonText({ reason }: AlertEvent): Span[] {
  return reason === undefined ? ["It cannot be read until somebody puts it right."] : withCode(reason);
}

/** A sentence in which back-ticks enclose what is to be typed. */
function withCode(sentence: string): Span[] {
  return sentence
    .split(/`([^`]+)`/)
    .map((piece, index) => (index % 2 === 1 ? { code: piece } : piece))
    .filter((piece) => piece !== "");
}

function budgetText({ budget, money }: AlertEvent): Span[] {
  if (budget === undefined || money === undefined) return [];
  const { projectedMicros } = money;
  const { now, end } = {
    day: { now: "today", end: "midnight" },
    week: { now: "this week", end: "the end of the week" },
    month: { now: "this month", end: "the end of the month" },
  }[budget.period];
  return [
    { strong: `${usd(money.usedMicros)} of ${usd(budget.limitMicros)}` },
    ` billed ${now}`,
    projectedMicros === undefined ? "." : `, ${usd(projectedMicros)} expected by ${end}.`,
  ];
}

function topPart({ top }: AlertEvent): Span[] {
  if (top === undefined) return [];
  const who = top.value === "" ? `no ${top.dimension} told` : top.value;
  return [` Most of it: ${who} (${Math.round(top.part * 100)}%).`];
}

function usd(micros: number): string {
  return quantity(micros / 1_000_000, "usd");
}

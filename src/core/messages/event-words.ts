import type { AlertEvent, EventType } from "../domain/event.ts";
import type { Span, Text, Tone } from "../domain/message.ts";
import { duration, percentLeft, quantity } from "./format.ts";

/** What accounts are called. */
export type NameAccount = (id: string) => { name: string; providerName: string };

/** An event in words: a headline that stands alone, and a sentence with the facts. */
export interface EventWords {
  title: string;
  text: Text;
}

/** Puts an event into words. */
export function eventWords(event: AlertEvent, nameAccount: NameAccount): EventWords {
  const name = event.account === undefined ? "" : nameAccount(event.account).name;
  return { title: titles[event.type](event, name), text: [...texts[event.type](event), ...topPart(event)] };
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

const titles: Readonly<Record<EventType, (event: AlertEvent, name: string) => string>> = {
  "quota.low": ({ window }, name) => `${name} has used ${Math.floor(window?.usedPercent ?? 0)}%`,
  "quota.exhausted": (_event, name) => `${name} is exhausted`,
  "quota.reset": (_event, name) => `${name} is back`,
  "quota.reset_early": (_event, name) => `${name} is back early`,
  "quota.reset_moved": (_event, name) => `${name} resets at another time`,
  "quota.recovered": (_event, name) => `${name} has room again`,
  "quota.running_out": (_event, name) => `${name} may run out before its reset`,
  "quota.runaway": (_event, name) => `${name} is being used up fast`,
  "quota.exhausted_often": (_event, name) => `${name} keeps running out`,
  "account.signed_out": (_event, name) => `${name} is signed out`,
  "account.forbidden": (_event, name) => `${name} is blocked`,
  "account.needs_action": (_event, name) => `${name} needs attention`,
  "account.recovered": (_event, name) => `${name} works again`,
  "source.stale": (_event, name) => `No fresh numbers from ${name}`,
  "source.recovered": (_event, name) => `Fresh numbers from ${name} again`,
  "overage.started": (_event, name) => `${name} has begun to cost extra`,
  "budget.reached": ({ budget, threshold }) => `Budget ${budget?.id} is at ${threshold}%`,
  "budget.projected": ({ budget }) => `Budget ${budget?.id} will not last at this pace`,
  "budget.exceeded": ({ budget }) => `Budget ${budget?.id} is exceeded`,
  "budget.period_over": ({ budget }) => `Budget ${budget?.id} has begun anew`,
  "cost.spike": () => "Spend today is far above the usual",
  "route.switched": ({ switched }) => `Now used: ${switched?.to}`,
};

const texts: Readonly<Record<EventType, (event: AlertEvent) => Span[]>> = {
  "quota.low": leftText,
  "quota.exhausted": leftText,
  "quota.reset": leftText,
  "quota.reset_early": leftText,
  "quota.recovered": leftText,
  "quota.reset_moved": ({ window, moved }) =>
    moved === undefined
      ? []
      : [
          `${windowWords(window)}: reset moved from `,
          { instant: moved.from, style: "moment" },
          " to ",
          { instant: moved.to, style: "moment" },
          ".",
        ],
  "quota.running_out": ({ window, projection }) =>
    projection === undefined
      ? []
      : [
          `${windowWords(window)}: at this rate it runs out `,
          { instant: projection.runsOutAt, style: "countdown" },
          `, ${duration(projection.beforeReset)} before the reset (${projection.basis}).`,
        ],
  "quota.runaway": ({ window, rise }) => [
    `${windowWords(window)}: ${rise?.points} points within ${rise?.minutes} minutes`,
    ...resetPart(window),
  ],
  "quota.exhausted_often": ({ often }) => [`Exhausted ${often?.times} times in ${often?.days} days.`],
  "account.signed_out": reasonText,
  "account.forbidden": reasonText,
  "account.needs_action": reasonText,
  "account.recovered": () => ["It can be read again."],
  "source.stale": ({ since, reason }) => [
    ...(since === undefined
      ? ["Its numbers are old"]
      : ["Its numbers are as of ", { instant: since, style: "countdown" as const }]),
    ". Until there are fresh ones, no alert comes of them.",
    ...(reason === undefined ? [] : [` ${reason}`]),
  ],
  "source.recovered": () => ["Its numbers are fresh."],
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
          ` so far; the median of recent days with use is ${usd(money.usualMicros ?? 0)}.`,
        ],
  "route.switched": ({ switched, reason }) => [
    switched === undefined
      ? ""
      : `${switched.combo ?? "Requests"}: ${switched.to} instead of ${switched.from}.`,
    ...(reason === undefined ? [] : [` ${reason}`]),
  ],
};

function leftText({ window }: AlertEvent): Span[] {
  const left = 100 - Math.min(100, window?.usedPercent ?? 0);
  const strong = left <= 0 ? "nothing left" : `${percentLeft(left)} left`;
  return [`${windowWords(window)}: `, { strong }, ...resetPart(window)];
}

function windowWords(window: AlertEvent["window"]): string {
  const scope = window?.scope === undefined ? "" : ` (${window.scope})`;
  return `${window?.label ?? "Quota"}${scope} window`;
}

function resetPart(window: AlertEvent["window"]): Span[] {
  if (window?.resetsAt === undefined) return ["."];
  return [", resets ", { instant: window.resetsAt, style: "countdown" }, "."];
}

function reasonText({ reason }: AlertEvent): Span[] {
  return [reason ?? "It cannot be read until somebody puts it right."];
}

function budgetText({ budget, money }: AlertEvent): Span[] {
  if (budget === undefined || money === undefined) return [];
  const { projectedMicros } = money;
  const span = { day: "today", week: "this week", month: "this month" }[budget.period];
  return [
    { strong: `${usd(money.usedMicros)} of ${usd(budget.limitMicros)}` },
    ` billed ${span}`,
    projectedMicros === undefined ? "." : `, ${usd(projectedMicros)} expected by its end.`,
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

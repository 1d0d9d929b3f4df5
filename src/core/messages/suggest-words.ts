import type { Suggestion } from "../domain/suggestion.ts";
import { count, dollars, listNames, percentLeft } from "./format.ts";

/** A suggestion as sentences, with the numbers behind it. */
export function suggestionWords(suggestion: Suggestion, nameOf: (account: string) => string): string {
  switch (suggestion.kind) {
    case "free_elsewhere":
    case "covered": {
      const { left } = suggestion;
      const room = left === undefined ? "" : `, with ${percentLeft(left)} left now`;
      const how = suggestion.kind === "free_elsewhere" ? "for free" : "in its subscription";
      return `${billed(suggestion, nameOf)} ${nameOf(suggestion.to)} has this model ${how}${room}.`;
    }
    case "cheaper_elsewhere": {
      const [price, other] = [suggestion.priceMicros, suggestion.otherMicros].map(dollars);
      return `${billed(suggestion, nameOf)} At ${nameOf(suggestion.to)} a million tokens are listed at ${other} instead of ${price}.`;
    }
    case "plan_too_small":
      return `${ranOut(suggestion, nameOf)} A larger plan, or another account beside it, would help.`;
    case "exhausted_often":
      return `${ranOut(suggestion, nameOf)} A higher limit, or another account beside it, would help.`;
    case "plan_too_large": {
      const most = `${Math.ceil(suggestion.mostUsedPercent)}%`;
      return `${nameOf(suggestion.account)} never used more than ${most} of its ${suggestion.window} window in ${suggestion.days} days. A smaller plan would do.`;
    }
    case "idle_hours": {
      const { from, to, requests, total, days, exhausted } = suggestion;
      const names = exhausted.map(({ account, times }) => `${nameOf(account)} ${count(times, "time")}`);
      return `Between ${hour(from)} and ${hour(to)} there were ${count(requests, "call")} of ${total.toLocaleString("en-US")} in ${days} days, while quota ran out at other hours (${listNames(names, 3)}). What can wait could run then.`;
    }
    case "unused":
      return `${nameOf(suggestion.account)} has not been used in ${suggestion.days} days: no call was reported, and its numbers have not moved.`;
  }
}

/** What a suggestion is about, in two or three words. */
export function suggestionTitle({ kind }: Suggestion): string {
  return titles[kind];
}

const titles: Readonly<Record<Suggestion["kind"], string>> = {
  free_elsewhere: "Free elsewhere",
  covered: "Covered elsewhere",
  cheaper_elsewhere: "Cheaper elsewhere",
  plan_too_small: "Plan too small",
  exhausted_often: "Runs out often",
  plan_too_large: "Plan too large",
  idle_hours: "Idle hours",
  unused: "Not used",
};

function billed(
  told: { account: string; model: string; billedMicros: number; requests: number; days: number },
  nameOf: (account: string) => string,
): string {
  return `${told.model} with ${nameOf(told.account)} was billed ${dollars(told.billedMicros)} for ${count(told.requests, "call")} in ${told.days} days.`;
}

function ranOut(
  told: { account: string; window: string; times: number; days: number },
  nameOf: (account: string) => string,
): string {
  return `The ${told.window} window of ${nameOf(told.account)} ran out ${count(told.times, "time")} in ${told.days} days.`;
}

function hour(number: number): string {
  return `${String(number).padStart(2, "0")}:00`;
}

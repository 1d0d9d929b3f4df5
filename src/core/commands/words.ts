import { addDays, type Day, monthStart } from "../domain/day.ts";
import { parseHowLong } from "../domain/how-long.ts";
import { parsePeriod } from "../domain/period.ts";
import { dimensions } from "../domain/usage.ts";
import { nearest } from "../matching.ts";
import { monthName } from "../messages/period-words.ts";
import { parseRange } from "../services/quota-history.ts";
import type { Parameter } from "./command.ts";

/** What a typed word means to a parameter, in the spelling that its command knows; undefined when it does not fit. */
export function meaningOf(parameter: Parameter, typed: string, today: Day): string | undefined {
  const word = typed.trim().toLowerCase();
  switch (parameter.kind) {
    case "target":
    case "route":
      return typed;
    case "period":
      return parsePeriod(word, today)?.name;
    case "dimension":
      return dimensions.find((dimension) => dimension === word || `${dimension}s` === word);
    case "range":
      return parseRange(word) === undefined ? undefined : word;
    case "time":
      return parseHowLong(word) === undefined ? undefined : word;
    case "clock":
      return /^\d:/.test(word) ? clockOf(`0${word}`) : clockOf(word);
    case "amount":
      return amountOf(word);
    case "word":
      return parameter.choices.find((choice) => choice === word);
  }
}

function clockOf(word: string): string | undefined {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(word) ? word : undefined;
}

/** The most that anybody may set; more is a slip. */
const mostDollars = 1_000_000;

/** "5", "$5.50" or "off", without the sign. */
function amountOf(word: string): string | undefined {
  if (word === "off") return word;
  const number = /^\$?(\d{1,7}(\.\d{1,2})?)$/.exec(word)?.[1];
  const usd = Number(number);
  return usd > 0 && usd <= mostDollars ? number : undefined;
}

/** Values for a half-typed word, best first, at most 25. A target is completed by whoever knows the accounts. */
export function completionsOf(
  parameter: Parameter,
  typed: string,
  today: Day,
): { label: string; value: string }[] {
  const begun = typed.trim().toLowerCase();
  const found = vocabulary(parameter, today).filter(
    ({ label, value }) => value.startsWith(begun) || label.toLowerCase().includes(begun),
  );
  const meant = meaningOf(parameter, begun, today);
  if (meant !== undefined && found.every(({ value }) => value !== meant)) {
    found.unshift({ label: meant, value: meant });
  }
  return found.slice(0, 25);
}

/** The word that was probably meant by one that none of the parameters takes. */
export function nearestWord(parameters: readonly Parameter[], typed: string, today: Day): string | undefined {
  const known = parameters.flatMap((parameter) => vocabulary(parameter, today));
  return nearest(
    typed,
    known.map(({ value }) => value),
  );
}

function vocabulary(parameter: Parameter, today: Day): { label: string; value: string }[] {
  switch (parameter.kind) {
    case "target":
    case "route":
      return [];
    case "period":
      return [...usualPeriods, ...lastMonths(today)];
    case "dimension":
      return dimensions.map((dimension) => ({ label: dimension, value: dimension }));
    case "range":
      return usualRanges;
    case "time":
      return usualTimes;
    case "clock":
      return ["07:00", "08:00", "09:00", "18:00"].map((time) => ({ label: time, value: time }));
    case "amount":
      return [{ label: "off", value: "off" }];
    case "word":
      return parameter.choices.map((choice) => ({ label: choice, value: choice }));
  }
}

const usualPeriods = [
  { label: "today", value: "today" },
  { label: "yesterday", value: "yesterday" },
  { label: "this week", value: "week" },
  { label: "this month", value: "month" },
  { label: "the last 7 days", value: "7d" },
  { label: "the last 30 days", value: "30d" },
];

const usualRanges = [
  { label: "the last 24 hours", value: "24h" },
  { label: "the last 7 days", value: "7d" },
  { label: "the last 30 days", value: "30d" },
  { label: "the last 90 days", value: "90d" },
];

const usualTimes = [
  { label: "30 minutes", value: "30m" },
  { label: "1 hour", value: "1h" },
  { label: "2 hours", value: "2h" },
  { label: "8 hours", value: "8h" },
  { label: "1 day", value: "1d" },
  { label: "7 days", value: "7d" },
  { label: "until the window starts over", value: "until-reset" },
];

function lastMonths(today: Day): { label: string; value: string }[] {
  const months: { label: string; value: string }[] = [];
  for (let first = monthStart(today); months.length < 6; ) {
    first = monthStart(addDays(first, -1));
    months.push({ label: monthName(first), value: first.slice(0, 7) });
  }
  return months;
}

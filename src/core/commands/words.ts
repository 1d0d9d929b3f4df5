import { addDays, type Day, monthStart } from "../domain/day.ts";
import { parsePeriod } from "../domain/period.ts";
import { dimensions } from "../domain/usage.ts";
import { nearest } from "../matching.ts";
import { monthName } from "../messages/period-words.ts";
import type { Parameter } from "./command.ts";

/** What a typed word means to a parameter, in the spelling that its command knows; undefined when it does not fit. */
export function meaningOf(parameter: Parameter, typed: string, today: Day): string | undefined {
  const word = typed.trim().toLowerCase();
  switch (parameter.kind) {
    case "target":
      return typed;
    case "period":
      return parsePeriod(word, today)?.name;
    case "dimension":
      return dimensions.find((dimension) => dimension === word || `${dimension}s` === word);
    case "word":
      return parameter.choices.find((choice) => choice === word);
  }
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
      return [];
    case "period":
      return [...usualPeriods, ...lastMonths(today)];
    case "dimension":
      return dimensions.map((dimension) => ({ label: dimension, value: dimension }));
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

function lastMonths(today: Day): { label: string; value: string }[] {
  const months: { label: string; value: string }[] = [];
  for (let first = monthStart(today); months.length < 6; ) {
    first = monthStart(addDays(first, -1));
    months.push({ label: monthName(first), value: first.slice(0, 7) });
  }
  return months;
}

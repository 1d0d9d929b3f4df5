import type { HonoRequest } from "hono";
import { z } from "zod";
import type { Day } from "../core/domain/day.ts";
import { type Period, parsePeriod, periodExamples, periodFault } from "../core/domain/period.ts";
import { dimensions, type FilterDimension, filterDimensions } from "../core/domain/usage.ts";
import type { UsageQuery } from "../core/domain/usage-query.ts";
import { AppError } from "../core/errors.ts";
import { didYouMean, nearest } from "../core/matching.ts";
import type { Query, QueryParameter } from "./route.ts";

type Value<One extends QueryParameter> = One extends { repeats: true }
  ? z.output<One["schema"]>[]
  : z.output<One["schema"]>;

/** What was given: required parameters are there, the others may be. */
export type Given<Known extends Query> = {
  [Name in keyof Known as Known[Name] extends { required: true } ? Name : never]: Value<Known[Name]>;
} & {
  [Name in keyof Known as Known[Name] extends { required: true } ? never : Name]?:
    | Value<Known[Name]>
    | undefined;
};

/**
 * The values behind the question mark of an address, as the schemas of the parameters make them.
 * @throws request_invalid for a parameter that the route does not know, naming those it does, for one given too often or
 * missing, and for values that are none: with everything that is wrong
 */
export function queryOf<Known extends Query>(req: HonoRequest, known: Known): Given<Known> {
  const given = req.queries();
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) problems.push(unknown("parameter", name, Object.keys(known)));
  }
  for (const [name, parameter] of Object.entries(known)) {
    const written = Object.hasOwn(given, name) ? (given[name] ?? []) : [];
    if (written.length === 0 && parameter.required) problems.push(`${name}: is missing.`);
    if (written.length === 0) continue;
    if (written.length > 1 && !parameter.repeats) {
      problems.push(`${name}: give it once.`);
      continue;
    }
    const parsed = written.map((value) => parameter.schema.safeParse(value));
    for (const { error } of parsed)
      if (error) problems.push(`${name}: ${sentence(error.issues[0]?.message)}`);
    values[name] = parameter.repeats ? parsed.map(({ data }) => data) : parsed[0]?.data;
  }
  if (problems.length > 0) {
    throw new AppError("request_invalid", problems.join(" "), problems.length > 1 ? { problems } : {});
  }
  return values as Given<Known>;
}

/** A word of a list; another one is told the nearest. */
export function oneOf<Word extends string>(what: string, words: readonly Word[]) {
  return z.enum(words, { error: ({ input }) => unknown(what, String(input), words) });
}

export const periodParameter = {
  description: `Which days, 3,661 at the most: ${periodExamples}.`,
  schema: z.string(),
  example: "7d",
} satisfies QueryParameter;

export const byParameter = {
  description: "What to break it down by.",
  schema: oneOf("dimension", dimensions),
  example: "model",
} satisfies QueryParameter;

/** The parameters by which usage is limited. */
export const filters = Object.fromEntries(
  filterDimensions.map((name) => [
    name,
    {
      description: `Only records with this ${name}; repeated: with any of them. \`-\` or nothing: those that do not tell.`,
      schema: z.string(),
      repeats: true,
    },
  ]),
) as unknown as Readonly<
  Record<FilterDimension, { description: string; schema: z.ZodString; repeats: true }>
>;

const usualPeriods = ["today", "yesterday", "week", "month"];

/** @throws request_invalid for what is no period */
export function periodOf(name: string, today: Day): Period {
  const period = parsePeriod(name, today);
  if (period !== undefined) return period;
  const hint = didYouMean(nearest(name, usualPeriods));
  const fault = `period: "${name}" ${periodFault(name, today)}.${hint}`;
  throw new AppError("request_invalid", `${fault} There are ${periodExamples}.`);
}

/** What usage is limited to: any of the values given for a dimension, in every dimension. "-" is "not told". */
export function filtersOf(given: Partial<Record<FilterDimension, string[] | undefined>>): UsageQuery["only"] {
  const only: Partial<Record<FilterDimension, readonly string[]>> = {};
  for (const dimension of filterDimensions) {
    const values = given[dimension];
    if (values !== undefined) only[dimension] = values.map((value) => (value === "-" ? "" : value));
  }
  return Object.keys(only).length === 0 ? undefined : only;
}

function unknown(what: string, given: string, known: readonly string[]): string {
  const there = known.length === 0 ? "There are none." : `There are ${known.join(", ")}.`;
  return `There is no ${what} "${given.slice(0, 100)}".${didYouMean(nearest(given, known))} ${there}`;
}

function sentence(message = "is not valid"): string {
  return message.endsWith(".") ? message : `${message}.`;
}

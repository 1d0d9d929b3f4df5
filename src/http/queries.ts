import type { HonoRequest } from "hono";
import type { Day } from "../core/domain/day.ts";
import { type Period, parsePeriod, periodExamples, periodFault } from "../core/domain/period.ts";
import { type Dimension, dimensions, type FilterDimension, filterDimensions } from "../core/domain/usage.ts";
import type { UsageQuery } from "../core/domain/usage-query.ts";
import { AppError } from "../core/errors.ts";
import { nearest } from "../core/matching.ts";

type Times = "once" | "often";

/** The parameters by which usage is limited. */
export const filters = Object.fromEntries(filterDimensions.map((name) => [name, "often"])) as Readonly<
  Record<FilterDimension, "often">
>;

/**
 * The values behind the question mark of an address, by parameter.
 * @throws request_invalid for a parameter that the route does not know, naming those it does, and for one given too often
 */
export function parametersOf<Name extends string>(
  req: HonoRequest,
  known: Readonly<Record<Name, Times>>,
): Partial<Record<Name, string[]>> {
  const given = req.queries();
  for (const [name, values] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) throw unknown("parameter", name, Object.keys(known));
    if (known[name as Name] === "once" && values.length > 1) {
      throw new AppError("request_invalid", `${name}: give it once.`);
    }
  }
  return given as Partial<Record<Name, string[]>>;
}

const usualPeriods = ["today", "yesterday", "week", "month"];

/** @throws request_invalid for what is no period */
export function periodOf(name: string, today: Day): Period {
  const period = parsePeriod(name, today);
  if (period !== undefined) return period;
  const hint = meant(name, usualPeriods);
  const fault = `period: "${name}" ${periodFault(name, today)}.${hint}`;
  throw new AppError("request_invalid", `${fault} There are ${periodExamples}.`);
}

/** @throws request_invalid for what is no dimension */
export function dimensionOf(name: string): Dimension {
  const dimension = dimensions.find((known) => known === name);
  if (dimension === undefined) throw unknown("by", name, dimensions);
  return dimension;
}

/** What usage is limited to: any of the values given for a dimension, in every dimension. "-" is "not told". */
export function filtersOf(given: Partial<Record<FilterDimension, string[]>>): UsageQuery["only"] {
  const only: Partial<Record<FilterDimension, readonly string[]>> = {};
  for (const dimension of filterDimensions) {
    const values = given[dimension];
    if (values !== undefined) only[dimension] = values.map((value) => (value === "-" ? "" : value));
  }
  return Object.keys(only).length === 0 ? undefined : only;
}

function unknown(what: string, given: string, known: readonly string[]): AppError {
  const is = what === "parameter" ? `There is no parameter "${given}".` : `${what}: "${given}" is none.`;
  return new AppError("request_invalid", `${is}${meant(given, known)} There are ${known.join(", ")}.`);
}

function meant(given: string, known: readonly string[]): string {
  const word = nearest(given, known);
  return word === undefined ? "" : ` Did you mean "${word}"?`;
}

import type { z } from "zod";
import type { Quota, Spend } from "../core/domain/quota.ts";
import { day, hour, minute, monthEndingAt, week } from "../core/domain/window.ts";
import { amount, flag, instant, list, record, text } from "./kit/lenient.ts";

const terms = {
  /** In dollars; null: there is no budget. */
  max_budget: amount,
  /** "30s", "24h", "7d", "1mo"; null: the budget is for good. */
  budget_duration: text,
  budget_reset_at: instant,
};
const budgetFields = {
  /** Dollars since the last reset. */
  spend: amount,
  ...terms,
  /** Terms that several share. */
  litellm_budget_table: record(terms),
};
const budget = record(budgetFields);
type Budget = NonNullable<z.output<typeof budget>>;

/** `info` of /key/info. */
export const keyInfo = record({
  ...budgetFields,
  user_id: text,
  team_id: text,
  /** The models it may use; none: all that the proxy has. */
  models: list(text),
  blocked: flag,
});
export type KeyInfo = NonNullable<z.output<typeof keyInfo>>;

const team = record({ ...budgetFields, team_id: text });

/** The answer of /user/info. */
export const userInfo = record({
  user_info: record({ ...budgetFields, user_id: text }),
  teams: list(team),
});

/** The answer of /team/info. */
export const teamInfo = record({
  team_info: team,
  team_memberships: list(record({ ...budgetFields, user_id: text })),
});

/** Whose money it is. */
type Owner = "Key" | "User" | "Team" | "Member";

/**
 * A budget that stops the key when it is used up, as a quota in dollars; without a budget, what was spent. Undefined
 * when neither is told.
 */
export function toReading(
  owner: Owner,
  told: Budget | undefined,
  models?: readonly string[] | undefined,
): Quota | Spend | undefined {
  const limit = limitOf(told);
  if (told === undefined || limit === undefined) return toSpend(owner, told);
  return {
    kind: "quota",
    id: owner.toLowerCase(),
    label: `${owner} budget`,
    models,
    unit: "usd",
    used: told.spend,
    limit,
    ...windowOf(told),
  };
}

/** What was spent, beside a budget that does not stop this key. */
export function toSpend(owner: Owner, told: Budget | undefined): Spend | undefined {
  if (told?.spend === undefined) return undefined;
  return {
    kind: "spend",
    id: owner.toLowerCase(),
    label: `${owner} spend`,
    unit: "usd",
    used: told.spend,
    limit: limitOf(told),
    ...windowOf(told),
  };
}

/** The dollars that may be spent; undefined when nobody set a bound. */
export function limitOf(told: Budget | undefined): number | undefined {
  const limit = told?.max_budget ?? told?.litellm_budget_table?.max_budget;
  return limit !== undefined && limit >= 0 ? limit : undefined;
}

function windowOf(told: Budget): Pick<Quota, "windowSeconds" | "resetsAt"> {
  const resetsAt = told.budget_reset_at ?? told.litellm_budget_table?.budget_reset_at;
  const duration = told.budget_duration ?? told.litellm_budget_table?.budget_duration;
  const [, digits, unit = ""] = /^(\d+)\s*(s|m|h|d|w|mo)$/i.exec(duration ?? "") ?? [];
  const count = Number(digits);
  if (!(count > 0)) return { resetsAt };
  if (unit.toLowerCase() === "mo") {
    // It ends with a calendar month, whatever the length of that one.
    const month = resetsAt === undefined || count > 1 ? count * 30 * day : monthEndingAt(resetsAt);
    return { windowSeconds: month, resetsAt };
  }
  const span = { s: 1, m: minute, h: hour, d: day, w: week }[unit.toLowerCase()];
  return { windowSeconds: span === undefined ? undefined : count * span, resetsAt };
}

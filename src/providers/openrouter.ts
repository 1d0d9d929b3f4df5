import { z } from "zod";
import type { Balance, Instant, Quota, Spend } from "../core/domain/quota.ts";
import { windowLabel } from "../core/domain/window.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, minutes, secret } from "../core/provider.ts";
import { amount, flag, record, text, unwrap } from "./kit/lenient.ts";
import { optional } from "./kit/optional.ts";
import { total } from "./kit/totals.ts";
import { type CalendarSpan, utcDay, utcMonth, utcWeek } from "./kit/utc-calendar.ts";

const name = "OpenRouter";

/** A key of OpenRouter: its limit, what it used and, for a management key, the credits; checked 2026-11-22. */
export const openrouter = defineProvider({
  id: "openrouter",
  name,
  official: true,
  billing: "prepaid",
  priceList: ["openrouter"],
  hosts: ["openrouter.ai"],
  settings: z.object({ apiKey: secret("OPENROUTER_API_KEY") }),
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const ask = (path: string) =>
      http.json({
        url: `https://openrouter.ai/api/v1/${path}`,
        headers: { authorization: `Bearer ${settings.apiKey}` },
      });
    const key = keyFields.parse(
      unwrap(await ask("key"), ["limit", "limit_remaining", "usage", "usage_monthly"]),
    );
    if (key === undefined) throw notUnderstood();
    const credits = mayManage(key) ? toBalance(await optional(ask("credits"))) : undefined;
    const readings = [keyLimit(key, now), credits, ...usages(key, now)].filter(
      (reading) => reading !== undefined,
    );
    if (readings.length === 0) throw notUnderstood();
    return { plan: key.is_free_tier === true ? "Free" : undefined, readings };
  },
});

/** Amounts in dollars. */
const keyFields = record({
  /** null: the key has no limit of its own. */
  limit: amount,
  /** Below zero when a call cost more than was left. */
  limit_remaining: amount,
  limit_reset: text,
  usage: amount,
  usage_daily: amount,
  usage_weekly: amount,
  usage_monthly: amount,
  /** What calls with a key of the team's own cost at the provider behind, and whether the limit counts it. */
  byok_usage: amount,
  byok_usage_daily: amount,
  byok_usage_weekly: amount,
  byok_usage_monthly: amount,
  include_byok_in_limit: flag,
  is_free_tier: flag,
  is_management_key: flag,
  /** What a management key was called before. */
  is_provisioning_key: flag,
});
type Key = NonNullable<z.output<typeof keyFields>>;

/** Whether the key may see the credits; when it is not told, asking shows it. Others are refused, or told zeros. */
function mayManage({ is_management_key, is_provisioning_key }: Key): boolean {
  const told = [is_management_key, is_provisioning_key].filter((flag) => flag !== undefined);
  return told.length === 0 || told.includes(true);
}

/** Days, weeks and months are those of UTC; when one ends is documented, not told. */
const spans = new Map<string, (now: Instant) => CalendarSpan>([
  ["daily", utcDay],
  ["weekly", utcWeek],
  ["monthly", utcMonth],
]);

function keyLimit(key: Key, now: Instant): Quota | undefined {
  const { limit, limit_remaining: left } = key;
  if (limit === undefined || limit < 0) return undefined;
  const span = spans.get(resetOf(key))?.(now);
  return {
    kind: "quota",
    id: "key-limit",
    label: span === undefined ? "key limit" : windowLabel(span.windowSeconds),
    unit: "usd",
    used: left === undefined ? countedUsage(key) : total([limit, -left]),
    limit,
    ...span,
  };
}

/** What the limit counts, put together from the counters of its own span. */
function countedUsage(key: Key): number | undefined {
  const counters = new Map([
    [never, [key.usage, key.byok_usage]],
    ["daily", [key.usage_daily, key.byok_usage_daily]],
    ["weekly", [key.usage_weekly, key.byok_usage_weekly]],
    ["monthly", [key.usage_monthly, key.byok_usage_monthly]],
  ]);
  const counted = counters.get(resetOf(key));
  return key.include_byok_in_limit === true ? counted && total(counted) : counted?.[0];
}

const never = "never";

function resetOf(key: Key): string {
  return key.limit_reset?.toLowerCase() ?? never;
}

const creditFields = record({ total_credits: amount, total_usage: amount });

/** Undefined for zeros, which is what a key is told that may not see the credits. */
function toBalance(answer: unknown): Balance | undefined {
  const { total_credits: bought, total_usage: used } =
    creditFields.parse(unwrap(answer, ["total_credits"])) ?? {};
  if (bought === undefined || used === undefined || (bought === 0 && used === 0)) return undefined;
  const remaining = total([bought, -used]);
  if (remaining === undefined) return undefined;
  return { kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining };
}

function usages(key: Key, now: Instant): Spend[] {
  const counters = [
    { id: "usage-monthly", label: "This month", used: key.usage_monthly, span: utcMonth(now) },
    { id: "usage-weekly", label: "This week", used: key.usage_weekly, span: utcWeek(now) },
    { id: "usage-daily", label: "Today", used: key.usage_daily, span: utcDay(now) },
    { id: "usage", label: "Since the start", used: key.usage, span: undefined },
  ];
  return counters.flatMap(({ id, label, used, span }): Spend[] =>
    used === undefined ? [] : [{ kind: "spend", id, label, unit: "usd", used, ...span }],
  );
}

function notUnderstood(): AppError {
  return new AppError("provider_unexpected_response", `${name} answered without the key's usage.`);
}

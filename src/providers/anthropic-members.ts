import { z } from "zod";
import type { Instant, Quota, Spend } from "../core/domain/quota.ts";
import { day, week } from "../core/domain/window.ts";
import { amount, record, text, toAmount } from "./kit/lenient.ts";
import { leastLeft, type MemberNames, memberNaming } from "./kit/members.ts";
import { currencyUnit, fromCents } from "./kit/money.ts";
import { slug, withDistinctIds } from "./kit/naming.ts";
import { utcMonth } from "./kit/utc-calendar.ts";

/** Money in cents, as decimal texts; checked 2026-11-22. */
const limitFields = record({
  scope: record({ user_id: text }),
  actor: record({ user_id: text }),
  /** null: no cap; "0": nothing beyond what the seat includes. */
  amount: z.unknown(),
  currency: text,
  period: text,
  period_to_date_spend: amount,
});
type Limit = NonNullable<z.output<typeof limitFields>>;

/** Those members of a Claude Enterprise organisation who have least left, from /spend_limits/effective. */
export function memberReadings(rows: readonly unknown[], now: Instant): (Quota | Spend)[] {
  const named = memberNaming();
  const readings = rows.flatMap((row) => {
    const limit = limitFields.parse(row);
    return limit === undefined ? [] : (toReading(limit, named(userIdOf(limit)), now) ?? []);
  });
  return leastLeft(withDistinctIds(readings));
}

function userIdOf({ scope, actor }: Limit): string | undefined {
  return scope?.user_id ?? actor?.user_id;
}

function toReading(limit: Limit, member: MemberNames, now: Instant): Quota | Spend | undefined {
  const period = slug(limit.period ?? "monthly");
  const common = {
    id: period === "monthly" ? member.id : `${member.id}-${period}`,
    unit: currencyUnit(limit.currency),
    ...windowOf(period, now),
  };
  const spent = limit.period_to_date_spend === undefined ? undefined : fromCents(limit.period_to_date_spend);
  const cap = limit.amount === null ? "none" : toAmount(limit.amount);
  if (cap === undefined || (cap !== "none" && cap < 0)) return undefined;
  if (cap !== "none" && cap > 0) {
    return {
      kind: "quota",
      ...common,
      label: period,
      scope: member.name,
      used: spent,
      limit: fromCents(cap),
    };
  }
  // No share of it can be told, and 0 is also sent while the spend is not available.
  if (spent === undefined || spent <= 0) return undefined;
  const label = `${member.name}, ${period}`;
  return { kind: "spend", ...common, label, used: spent, limit: cap === "none" ? undefined : 0 };
}

/** Only of the month it is said when it starts over. */
function windowOf(period: string, now: Instant): Pick<Quota, "windowSeconds" | "resetsAt"> {
  if (period === "daily") return { windowSeconds: day };
  if (period === "weekly") return { windowSeconds: week };
  return period === "monthly" ? utcMonth(now) : {};
}

import { z } from "zod";
import type { Quota, Spend } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { camelCased, type Metered, type Usage } from "./github-billing-usage.ts";
import { amount, flag, list, record, text, unwrap } from "./kit/lenient.ts";
import { slug, withDistinctIds } from "./kit/naming.ts";
import type { Page } from "./kit/pages.ts";
import type { CalendarSpan } from "./kit/utc-calendar.ts";

const pageFields = record({ budgets: list(z.unknown()), has_next_page: flag });

/** The page in an answer of /budgets. Throws provider_unexpected_response for another shape. */
export function budgetPage(name: string, answer: unknown, page: string): Page {
  const told = pageFields.parse(unwrap(answer, ["budgets"]));
  if (told?.budgets === undefined) {
    throw new AppError("provider_unexpected_response", `${name} answered without its budgets.`);
  }
  return { entries: told.budgets, next: told.has_next_page === true ? String(Number(page) + 1) : undefined };
}

/** In dollars; checked 2026-11-22. */
const budgetFields = record({
  budgetProductSkus: list(text),
  budgetProductSku: text,
  budgetScope: text,
  budgetAmount: amount,
  preventFurtherUsage: flag,
});

const skus: Record<Metered, RegExp> = {
  ai_credit: /\bai_?(credit|unit)|copilot_ai/i,
  premium_request: /premium_request/i,
};

/**
 * Budgets for what is metered, against what is billed: a quota when use stops there, a cap beside the amount
 * otherwise. Budgets of single users or repositories are left out, as the bill does not say what they used.
 */
export function budgetReadings(
  budgets: readonly unknown[],
  of: { scope: string; usage: Usage; month: CalendarSpan },
): (Quota | Spend)[] {
  const readings = budgets.flatMap((entry): (Quota | Spend)[] => {
    const told = budgetFields.parse(camelCased(entry));
    const limit = told?.budgetAmount;
    const sku = [...(told?.budgetProductSkus ?? []), told?.budgetProductSku].find(
      (name) => name !== undefined && skus[of.usage.metered].test(name),
    );
    if (limit === undefined || limit < 0 || sku === undefined) return [];
    if ((told?.budgetScope ?? of.scope) !== of.scope) return [];
    const common = { id: `budget-${slug(sku)}`, unit: "usd", limit, ...of.month };
    const used = of.usage.net;
    if (told?.preventFurtherUsage === true && limit > 0) {
      return [{ kind: "quota", label: "monthly budget", used, ...common }];
    }
    return used === undefined ? [] : [{ kind: "spend", label: "Budget", used, ...common }];
  });
  return withDistinctIds(readings);
}

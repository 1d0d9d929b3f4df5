import { z } from "zod";
import type { Spend } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { amount, list, record, text, unwrap } from "./kit/lenient.ts";
import { total } from "./kit/totals.ts";
import type { CalendarSpan } from "./kit/utc-calendar.ts";

/** What is counted: AI credits of a cent each, or premium requests in plans from before June 2026. */
export type Metered = "ai_credit" | "premium_request";

export interface Usage {
  metered: Metered;
  /** The login of who pays. */
  owner?: string | undefined;
  /** Whether nothing of AI is listed. */
  empty: boolean;
  /** Credits or requests of the month, with those that the plan includes. Undefined when it cannot be told. */
  gross?: number | undefined;
  /** Dollars of the month to be paid beyond the plan. Undefined when it cannot be told. */
  net?: number | undefined;
}

const usageFields = record({
  organization: text,
  enterprise: text,
  user: text,
  usageItems: list(z.unknown()),
});

const itemFields = record({
  product: text,
  sku: text,
  unitType: text,
  grossQuantity: amount,
  discountQuantity: amount,
  netQuantity: amount,
  grossAmount: amount,
  discountAmount: amount,
  netAmount: amount,
});
type Item = NonNullable<z.output<typeof itemFields>>;

/**
 * The month in an answer of /ai_credit/usage or /premium_request/usage; keys in camelCase or, as they once were, in
 * snake_case (checked 2026-11-22). What is listed is all there was, so an empty list is a month without use.
 * @throws provider_unexpected_response for another shape.
 */
export function billedUsage(answer: unknown, metered: Metered): Usage {
  const told = usageFields.parse(camelCased(unwrap(answer, ["usageItems", "usage_items"])));
  if (told?.usageItems === undefined) throw unexpected();
  const items = told.usageItems.map((entry) => itemFields.parse(camelCased(entry)));
  const own = items.filter((item) => item === undefined || isAi(item));
  const gross = sumOf(
    own.map((item) => item?.grossQuantity ?? sum(item?.discountQuantity, item?.netQuantity)),
  );
  const net = sumOf(
    own.map((item) => item?.netAmount ?? difference(item?.grossAmount, item?.discountAmount)),
  );
  if (gross === undefined && net === undefined) throw unexpected();
  const owner = told.organization ?? told.enterprise ?? told.user;
  return { metered, owner, empty: own.length === 0, gross, net };
}

/** What the plan counted and what it will cost, apart: most of what is counted is included. */
export function usageReadings({ metered, gross, net }: Usage, month: CalendarSpan): Spend[] {
  const counted: Pick<Spend, "id" | "label" | "unit"> =
    metered === "ai_credit"
      ? { id: "credits", label: "AI credits this month", unit: "credits" }
      : { id: "premium-requests", label: "Premium requests this month", unit: "requests" };
  const readings: Spend[] = [];
  if (gross !== undefined) readings.push({ kind: "spend", ...counted, used: gross, ...month });
  if (net !== undefined) {
    readings.push({
      kind: "spend",
      id: "month",
      label: "Billed this month",
      unit: "usd",
      used: net,
      ...month,
    });
  }
  return readings;
}

/** Names differ between reports: "Copilot AI Credits", "copilot_ai_unit", "ai-credits", "Copilot Premium Request". */
function isAi({ product, sku, unitType }: Item): boolean {
  const names = [product, sku, unitType].filter((name) => name !== undefined);
  return names.length === 0 || names.some((name) => /copilot|\bai[ _-]?(credit|unit)/i.test(name));
}

/** Undefined when one is unknown, and when it is below zero: then something else is in those fields. */
function sumOf(amounts: readonly (number | undefined)[]): number | undefined {
  const sum = total(amounts);
  return sum !== undefined && sum >= 0 ? sum : undefined;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function difference(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b;
}

function unexpected(): AppError {
  return new AppError(
    "provider_unexpected_response",
    "GitHub billing answered without the usage it was asked for.",
  );
}

/** The object with its snake_case keys in camelCase; anything else as it is. */
export function camelCased(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      part,
    ]),
  );
}

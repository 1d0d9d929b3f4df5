import type { Spend, Unit } from "../../core/domain/quota.ts";
import { total } from "./totals.ts";

/** Money in whole units of a currency: dollars, not cents. */
export interface Money {
  amount: number;
  unit: Unit;
}

/** Money exact to a millionth, without the noise that binary fractions leave: 0.3, not 0.30000000000000004. */
export function roundMoney(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}

/** Dollars of cents. */
export function fromCents(cents: number): number {
  return roundMoney(cents / 100);
}

/** The unit of an ISO 4217 code in whatever case; dollars when there is none. */
export function currencyUnit(code = "usd"): Unit {
  return /^[a-z]{3}$/i.test(code) ? code.toLowerCase() : "usd";
}

/** The sum of each currency. Undefined when one of the amounts is unknown; nothing at all is 0 dollars. */
export function addUp(amounts: readonly (Money | undefined)[]): ReadonlyMap<Unit, number> | undefined {
  const known = amounts.filter((money) => money !== undefined);
  if (known.length < amounts.length) return undefined;
  const units = new Set(known.length === 0 ? ["usd"] : known.map(({ unit }) => unit));
  const sums = new Map<Unit, number>();
  for (const unit of units) {
    const sum = total(known.filter((money) => money.unit === unit).map(({ amount }) => amount));
    if (sum === undefined) return undefined;
    sums.set(unit, sum);
  }
  return sums;
}

/** One reading for each currency; that in dollars has the id as it is. */
export function spendOf(
  sums: ReadonlyMap<Unit, number> | undefined,
  what: Omit<Spend, "kind" | "unit" | "used">,
): Spend[] {
  return [...(sums ?? [])].map(([unit, used]) => ({
    ...what,
    kind: "spend",
    id: unit === "usd" ? what.id : `${what.id}-${unit}`,
    unit,
    used,
  }));
}

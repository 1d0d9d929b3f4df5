/**
 * The sum, exact to a millionth. Undefined when one of the amounts is unknown: the sum of the others would pass for
 * the whole.
 */
export function total(amounts: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const amount of amounts) {
    if (amount === undefined) return undefined;
    sum += amount;
  }
  const rounded = Math.round(sum * 1e6) / 1e6;
  return Number.isFinite(rounded) ? rounded : undefined;
}

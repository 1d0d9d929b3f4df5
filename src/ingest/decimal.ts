/**
 * A decimal number times a power of ten as a whole number, half a unit rounded up: `scaled(0.0000015, 6)` is 2, the
 * micro-dollars of that many dollars. It works on the digits as written, so no binary fraction tips a half the wrong way.
 * Numbers and their text alike; undefined for what is no such number, is negative, or comes to more than 2^40.
 */
export function scaled(written: number | string, places: number): number | undefined {
  const digits = /^\+?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(String(written).trim());
  const [, whole = "", fraction = "", exponent = "0"] = digits ?? [];
  if (whole === "" && fraction === "") return undefined;
  const point = whole.length + Number(exponent) + places;
  const all = (whole + fraction).padEnd(Math.max(point, 0), "0");
  if (point < 0) return 0;
  const result = Number(all.slice(0, point) || "0") + (Number(all[point] ?? "0") >= 5 ? 1 : 0);
  return result <= 2 ** 40 ? result : undefined;
}

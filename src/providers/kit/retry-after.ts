import { toAmount } from "./lenient.ts";

/** Milliseconds that a Retry-After header asks for: seconds or an HTTP date. 0, past or senseless means none. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const wait = toAmount(header);
  const milliseconds = wait === undefined ? Date.parse(header) - now : wait * 1000;
  return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
}

/** Milliseconds of a Go-style duration: "1h2m3s", "6m0s", "120ms", "71h15m27.793662s", "34.07s". */
export function durationOf(text: string): number | undefined {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  if (!/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
    total += Number(count) * (units[unit ?? ""] ?? 0);
  }
  return total;
}

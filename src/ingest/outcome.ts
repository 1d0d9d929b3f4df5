/** How an HTTP status ends a call, in a word: "ok", "rate_limited", or such as "http_500". */
export function outcomeOfStatus(status: number): string {
  if (status >= 200 && status < 300) return "ok";
  return status === 429 ? "rate_limited" : `http_${status}`;
}

const success = new Set(["ok", "success", "succeeded"]);

/**
 * How a call ended as somebody calls it, in a short lower-case word: "ok" for every word of success, a status in the
 * words of `outcomeOfStatus`. Undefined for what is not a word or two.
 */
export function readOutcome(written: unknown): string | undefined {
  if (typeof written !== "string" && typeof written !== "number") return undefined;
  const word = String(written).trim().toLowerCase().replace(/\s+/g, "_");
  if (success.has(word)) return "ok";
  if (/^[1-5]\d\d$/.test(word)) return outcomeOfStatus(Number(word));
  return /^[a-z]([a-z0-9_.:-]{0,38}[a-z0-9])?$/.test(word) ? word : undefined;
}

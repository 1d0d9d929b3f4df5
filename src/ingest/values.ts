/** What to say of text that `isPlainText` does not take, and of a count that `readCount` does not. */
export const textHint = "must be one line of text of at most 200 characters";
export const countHint = "must be a whole number of at least 0";

const most = 2 ** 40;

/** Whether text is short and of one line, without control characters, halves of characters or marks that turn it around. */
export function isPlainText(text: string): boolean {
  return (
    text.length <= 200 &&
    (/^[\x20-\x7e]*$/.test(text) || !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text))
  );
}

/**
 * A count as people write it, a number or its text: whole but for the noise of binary fractions, at least 0 and at most
 * 2^40. Undefined for everything else.
 */
export function readCount(written: unknown): number | undefined {
  const number = readNumber(written);
  if (number === undefined) return undefined;
  const whole = Math.round(number);
  return whole >= 0 && whole <= most && Math.abs(number - whole) < 1e-6 ? whole + 0 : undefined;
}

/** A finite number, or text that spells one in decimal digits. */
export function readNumber(written: unknown): number | undefined {
  const number =
    typeof written === "string" && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(written)
      ? Number(written)
      : written;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

import type { Instant } from "./quota.ts";

/** How long something shall last: milliseconds, or until the window that it is about starts over. */
export type HowLong = number | "until-reset";

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "30m", "2h", "3d" or "until-reset"; undefined for any other text. */
export function parseHowLong(text: string): HowLong | undefined {
  const word = text.trim().toLowerCase();
  if (word === "until-reset") return word;
  const [, number, unit = ""] = /^(\d{1,4})([mhd])$/.exec(word) ?? [];
  const length = Number(number) * (units[unit] ?? 0);
  return length > 0 ? length : undefined;
}

/** What lengths look like, for help and answers. */
export const howLongExamples = "30m, 2h, 3d or until-reset";

/** When what begins now ends. A reset that is not known, or has passed already, counts as a day from now. */
export function endOf(howLong: HowLong, now: Instant, resetsAt: Instant | undefined): Instant {
  if (howLong !== "until-reset") return now + howLong;
  return resetsAt !== undefined && resetsAt > now ? resetsAt : now + 86_400_000;
}

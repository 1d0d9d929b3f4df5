import type { Instant } from "../domain/quota.ts";
import type { UsageDraft } from "./record-usage.ts";

const longestId = 200;
/** Sums of millions of records stay exact with numbers up to this. */
const mostOfAll = 1_000_000_000_000;
/** Clocks of people's machines may be ahead by so many milliseconds. */
const clockSkew = 24 * 3_600_000;
const earliest = Date.parse("2015-01-01T00:00:00Z");

const clockHint = "Check the clock of the machine that sent this.";

/** Why a draft cannot be kept, in words for the one who sent it; undefined when it can. */
export function draftFault(draft: UsageDraft, now: Instant): string | undefined {
  if (draft.id !== undefined && draft.id.length > longestId) {
    return `id: is longer than ${longestId} characters. Send a shorter one, or none.`;
  }
  return timeFault(draft.at, now) ?? countFault(draft);
}

function timeFault(at: Instant | undefined, now: Instant): string | undefined {
  if (at === undefined) return undefined;
  if (!Number.isFinite(at)) return "at: is not a time.";
  if (at > now + clockSkew) return `at: is more than 24 hours in the future. ${clockHint}`;
  return at < earliest ? `at: is before 2015. ${clockHint}` : undefined;
}

function countFault(draft: UsageDraft): string | undefined {
  const { tokens } = draft;
  if (tokens !== undefined) {
    for (const name of tokenClasses) {
      if (!isCount(tokens[name])) return notCount(`tokens.${name}`);
    }
  }
  for (const name of counts) {
    const count = draft[name];
    if (count !== undefined && !isCount(count)) return notCount(name);
  }
  return undefined;
}

const tokenClasses = ["input", "output", "cacheRead", "cacheWrite", "reasoning"] as const;
const counts = ["requests", "audioMs", "costMicros", "durationMs"] as const;

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= mostOfAll;
}

function notCount(name: string): string {
  return `${name}: must be a whole number from 0 to ${mostOfAll}.`;
}

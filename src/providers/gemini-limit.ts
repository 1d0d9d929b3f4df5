import type { Instant } from "../core/domain/quota.ts";
import { problemOf } from "./google-problem.ts";
import { durationOf } from "./kit/retry-after.ts";

/** Which limit of a Gemini API project a call met. Limits count per project and model. */
export interface GeminiLimit {
  /**
   * `tier`: the model is not in the project's tier at all, so waiting does not help; `day`, `minute`: that quota is
   * used up; `unknown`: not told.
   */
  over: "tier" | "day" | "minute" | "unknown";
  counts?: "requests" | "tokens" | undefined;
  model?: string | undefined;
  limit?: number | undefined;
  /** When calls may go on; absent when waiting does not help, or when it is not told. */
  resetsAt?: Instant | undefined;
}

/**
 * What the body of a 429 of the Gemini API means, in its own shape and in that of its OpenAI-compatible endpoint.
 * Of several limits met at once it is the one that lasts longest. Quota ids and rules checked 2026-11-22.
 */
export function geminiLimit(body: unknown, now: Instant): GeminiLimit {
  const problem = problemOf(body);
  const { violations = [], message = "" } = problem ?? {};
  const daily = violations.find(({ quotaId }) => isDaily(quotaId));
  const met = daily ?? violations.find(({ quotaId }) => /PerMinute/i.test(quotaId ?? "")) ?? violations[0];
  const which = {
    counts: met?.quotaId === undefined ? undefined : countedBy(met.quotaId),
    model: met?.quotaDimensions?.model,
    limit: met?.quotaValue,
  };
  const none = violations.find(({ quotaValue }) => quotaValue === 0);
  if (none !== undefined || /\blimit: 0(?!\.?\d)/.test(message)) {
    return { ...which, over: "tier", model: none?.quotaDimensions?.model ?? which.model, limit: 0 };
  }
  // A daily quota comes with a retry delay of seconds, which has nothing to do with its reset.
  if (daily !== undefined) return { ...which, over: "day", resetsAt: nextPacificMidnight(now) };
  const told = /Please retry in (\d[\d.]*m?s)/.exec(message)?.[1];
  const delay = problem?.delay ?? problem?.resetsIn ?? (told === undefined ? undefined : durationOf(told));
  return {
    ...which,
    over: /PerMinute/i.test(met?.quotaId ?? "") ? "minute" : "unknown",
    resetsAt: delay === undefined ? undefined : now + Math.ceil(delay),
  };
}

function isDaily(quotaId = ""): boolean {
  return /PerDay|Daily/i.test(quotaId);
}

function countedBy(quotaId: string): GeminiLimit["counts"] {
  if (/Token/i.test(quotaId)) return "tokens";
  return /Request/i.test(quotaId) ? "requests" : undefined;
}

/** Quotas per day start over at midnight in California. */
function nextPacificMidnight(now: Instant): Instant {
  const wallClock = now + pacificOffset(now);
  const midnight = (Math.floor(wallClock / day) + 1) * day;
  // The clocks may change between now and then, but not at midnight.
  return midnight - pacificOffset(midnight - pacificOffset(now));
}

const day = 24 * 3_600_000;
const pacific = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  timeZoneName: "longOffset",
});

/** Milliseconds that California's clocks are ahead of UTC; negative. */
function pacificOffset(at: Instant): number {
  const name = pacific.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

import type { Instant } from "../core/domain/quota.ts";
import type { AppError } from "../core/errors.ts";
import type { HttpAnswer } from "../core/provider.ts";
import { rateLimited } from "./kit/http.ts";
import { instant, record, text, toAmount } from "./kit/lenient.ts";
import { retryAfterOf } from "./kit/retry-after.ts";

const messageFields = record({ message: text });

/**
 * The error for an answer by which GitHub throttles us; undefined for any other. It says 403 for that as well as 429:
 * with no requests remaining, a time to wait, or only in words (checked 2026-11-22).
 */
export function githubThrottling(name: string, answer: HttpAnswer, now: Instant): AppError | undefined {
  if (answer.status !== 403 && answer.status !== 429) return undefined;
  const told = messageFields.parse(answer.body);
  const retryAfter = answer.header("retry-after");
  const isUsedUp = toAmount(answer.header("x-ratelimit-remaining")) === 0;
  if (retryAfter === undefined && !isUsedUp && !/rate limit/i.test(told?.message ?? "")) return undefined;
  const resetsAt = isUsedUp ? instant.parse(answer.header("x-ratelimit-reset")) : undefined;
  const untilReset = resetsAt !== undefined && resetsAt > now ? resetsAt - now : undefined;
  return rateLimited(name, retryAfterOf(retryAfter, now) ?? untilReset);
}

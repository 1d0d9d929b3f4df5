import { z } from "zod";
import type { Instant, Quota } from "../core/domain/quota.ts";
import { day, minute } from "../core/domain/window.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { rateLimited } from "./kit/http.ts";
import { record, text, toAmount, unwrap } from "./kit/lenient.ts";
import { durationOf, retryAfterOf } from "./kit/retry-after.ts";

const name = "Groq";

/**
 * The rate limits of a Groq key. Groq tells them in the headers of its answers only; the list of models costs nothing
 * and carries them for some keys (documented headers; checked 2026-11-22). Limits differ by model, and these are
 * those of whatever Groq counts the list as.
 */
export const groq = defineProvider({
  id: "groq",
  name,
  official: true,
  billing: "paid",
  priceList: ["groq"],
  hosts: ["api.groq.com"],
  settings: z.object({ apiKey: secret("GROQ_API_KEY") }),
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const answer = await http.answer({
      url: "https://api.groq.com/openai/v1/models",
      headers: { authorization: `Bearer ${settings.apiKey}` },
      explain: (answer) => explainRefusal(answer, now),
    });
    const readings = windows.flatMap((window) => toQuota(window, answer, now) ?? []);
    // Without headers only the list shows that it was Groq that answered, and that it has nothing to tell.
    if (readings.length === 0 && !Array.isArray(unwrap(answer.body, ["data"])?.data)) {
      throw new AppError("provider_unexpected_response", `${name} answered without its list of models.`);
    }
    return { readings };
  },
});

/** What the headers count: requests by the day, tokens by the minute. Both refill steadily. */
const windows = [
  { id: "daily-requests", label: "daily", windowSeconds: day, unit: "requests" },
  { id: "minute-tokens", label: "per minute", windowSeconds: minute, unit: "tokens" },
] as const;
type Window = (typeof windows)[number];

function toQuota({ unit, ...window }: Window, answer: HttpAnswer, now: Instant): Quota | undefined {
  const limit = toAmount(answer.header(`x-ratelimit-limit-${unit}`));
  if (limit === undefined || limit <= 0) return undefined;
  const left = toAmount(answer.header(`x-ratelimit-remaining-${unit}`));
  const used = left === undefined ? undefined : Math.max(0, limit - left);
  return { kind: "quota", ...window, unit, used, limit, resetsAt: resetOf(unit, answer, now) };
}

/** A span such as 2m59.56s, or a number of seconds; none is left when nothing is used. */
function resetOf(unit: Window["unit"], answer: HttpAnswer, now: Instant): Instant | undefined {
  const told = answer.header(`x-ratelimit-reset-${unit}`)?.trim() ?? "";
  const seconds = toAmount(told);
  const wait = durationOf(told) ?? (seconds === undefined ? undefined : seconds * 1000);
  // More than a day is no span of these windows, but some other number.
  return wait !== undefined && wait > 0 && wait <= day * 1000 ? now + Math.round(wait) : undefined;
}

const refusal = record({ error: record({ code: text }) });

function explainRefusal(answer: HttpAnswer, now: Instant): AppError | undefined {
  if (answer.status === 429) {
    const isUsedUp = (unit: Window["unit"]) => toAmount(answer.header(`x-ratelimit-remaining-${unit}`)) === 0;
    const resets = windows.flatMap(({ unit }) => (isUsedUp(unit) ? (resetOf(unit, answer, now) ?? []) : []));
    const untilReset = resets.length === 0 ? undefined : Math.max(...resets) - now;
    return rateLimited(name, retryAfterOf(answer.header("retry-after"), now) ?? untilReset);
  }
  if (refusal.parse(answer.body)?.error?.code === "organization_restricted") {
    return new AppError("provider_forbidden", `${name} restricts this organization: ask their support.`);
  }
  return undefined;
}

import { z } from "zod";
import type { Instant, Reading } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import type { ProviderReading } from "../core/provider.ts";
import { isPlaceholder, quotaEntry, toReading } from "./9router-quota.ts";
import { moneyReadings } from "./claude-money.ts";
import { dictionary, record, text, unwrap } from "./kit/lenient.ts";
import { titleCase, withDistinctIds } from "./kit/naming.ts";

const name = "9Router";

const usageFields = record({
  plan: text,
  /** The only field when there is nothing to tell. */
  message: text,
  quotas: dictionary(quotaEntry),
  /** Claude's own words about what is paid beyond the plan. */
  extraUsage: z.unknown(),
});

/**
 * Readings from the answer about a connection. Throws provider_auth_rejected, provider_forbidden,
 * provider_not_applicable or provider_unavailable for a message that stands in their place, and
 * provider_unexpected_response for another shape.
 */
export function readUsage(answer: unknown, now: Instant): ProviderReading {
  const usage = usageFields.parse(unwrap(answer, ["quotas", "message"]));
  if (usage === undefined) throw notUnderstood();
  const told = withoutCopy(usage.quotas ?? new Map());
  const quotas = [...told].flatMap(([label, entry]) => toReading(label, entry, now) ?? []);
  const readings: Reading[] = [...quotas, ...moneyReadings({ extra_usage: usage.extraUsage })];
  const plan = usage.plan === undefined || /^unknown$/i.test(usage.plan) ? undefined : titleCase(usage.plan);
  if (readings.length > 0) return { plan, readings: withDistinctIds(readings) };
  if (told.size > 0) {
    if ([...told.values()].every(isPlaceholder)) return { plan, readings };
    throw notUnderstood();
  }
  if (usage.message !== undefined) return { plan, readings: withoutNumbers(usage.message) };
  if (usage.quotas === undefined) throw notUnderstood();
  // A plan called "Unknown" without quotas is what it makes of a failure.
  throw nothingNow();
}

/** For an account of Claude without a week of its own for this model it makes one up, unused, beside the real week. */
function withoutCopy<Entry extends { used?: number | undefined; resetAt?: Instant | undefined }>(
  quotas: ReadonlyMap<string, Entry>,
): ReadonlyMap<string, Entry> {
  const week = quotas.get("weekly (7d)");
  return new Map(
    [...quotas].filter(
      ([label, { used, resetAt }]) =>
        label !== "weekly fable (7d)" || week === undefined || used !== 0 || resetAt !== week.resetAt,
    ),
  );
}

/** What a message means that stands in the place of numbers: none to tell is fine, all else is thrown. */
function withoutNumbers(message: string): readonly Reading[] {
  if (/\bno\b.*\b(reported|found|returned)\b|does not expose/i.test(message)) return [];
  if (
    /not available for|not implemented|per request|subscri(be|ption required)|admin|no permission/i.test(
      message,
    )
  ) {
    throw new AppError(
      "provider_not_applicable",
      `${name} tells no usage for this kind of connection. Read its provider directly, as an account of its own.`,
    );
  }
  if (
    /expired|authenti|unauthorized|invalid|re-?authori|re-?connect|rejected|sign in|(key|token) not available|\b401\b/i.test(
      message,
    )
  ) {
    throw signedOut();
  }
  if (/forbidden/i.test(message)) {
    throw new AppError("provider_forbidden", `The provider refuses ${name} the usage of this connection.`);
  }
  throw nothingNow();
}

/** The error for a connection that has to be made anew. */
export function signedOut(): AppError {
  return new AppError(
    "provider_auth_rejected",
    `This connection of ${name} is signed out or its key is not valid: connect it again in the dashboard of ${name}.`,
  );
}

function nothingNow(): AppError {
  return new AppError("provider_unavailable", `${name} has no numbers for this connection right now.`);
}

function notUnderstood(): AppError {
  return new AppError(
    "provider_unexpected_response",
    `${name} answered without the usage of the connection.`,
  );
}

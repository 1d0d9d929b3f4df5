import { windowSpan } from "../../core/domain/configured-window.ts";
import type { ToldRefusal } from "../../core/domain/limit-report.ts";
import type { Instant } from "../../core/domain/quota.ts";
import { meaningOf } from "./codes.ts";
import { later, readReset, readSpan } from "./spans.ts";
import { fieldsOf, listOf, textOf } from "./values.ts";

/** What the details of a Google error tell. */
export interface GoogleFacts extends Partial<ToldRefusal> {
  /** When to try again. */
  retryAt?: Instant | undefined;
  /** Whether trying again at any other time than `until` leads nowhere. */
  final?: true;
}

/** Quotas per day of the Gemini API start over at midnight in California. */
const pacificDay = { resets: { at: "00:00", zone: "America/Los_Angeles" } };

/**
 * Reads `error.details` of Google's APIs (google.rpc: QuotaFailure, ErrorInfo, RetryInfo), of the Gemini API and of Cloud
 * Code. Undefined where there are none. Rules as in the Gemini CLI (googleQuotaErrors.ts), checked 2026-11-22.
 */
export function readGoogle(error: Readonly<Record<string, unknown>>, at: Instant): GoogleFacts | undefined {
  const details = listOf(error.details).map(fieldsOf);
  if (details.length === 0) return undefined;
  const metadata = Object.assign({}, ...details.map(({ metadata }) => fieldsOf(metadata))) as Record<
    string,
    unknown
  >;
  const violations = details.flatMap((detail) => listOf(detail.violations).map(fieldsOf));
  const ids = violations.map(({ quotaId }) => textOf(quotaId) ?? "");
  const daily = ids.find((id) => /PerDay|Daily/i.test(id));
  const delay = readSpan(
    textOf(details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay) ?? "",
  );
  const model = violations
    .map(({ quotaDimensions }) => textOf(fieldsOf(quotaDimensions).model))
    .find((name) => name !== undefined);
  const which = {
    model: model ?? textOf(metadata.model),
    perModel: model !== undefined || ids.some((id) => /PerModel/i.test(id)),
  };
  if (
    violations.some(({ quotaValue }) => textOf(quotaValue) === "0") ||
    /\blimit: 0(?!\.?\d)/.test(textOf(error.message) ?? "")
  ) {
    return {
      ...{ ...which, perModel: true, final: true },
      kind: "quota",
      reason: "The model is not in the account's tier",
    };
  }
  // A daily quota comes with a retry delay of seconds, which has nothing to do with its reset.
  if (daily !== undefined) {
    const until = /PerProject/i.test(daily) ? windowSpan(pacificDay, at, "UTC").resetsAt : undefined;
    return { ...which, kind: "quota", reason: "The quota of the day is used up", until, final: true };
  }
  const retryAt = later(delay === undefined ? undefined : at + delay, at);
  const until =
    readReset(textOf(metadata.quotaResetTimeStamp), at) ?? readReset(textOf(metadata.quotaResetDelay), at);
  const known = meaningOf(details.flatMap(({ reason }) => textOf(reason) ?? []));
  if (known !== undefined) return { ...which, kind: known.kind, reason: known.reason, until, retryAt };
  if (ids.some((id) => /PerMinute/i.test(id))) {
    return { ...which, kind: "rate", reason: "The limit of a minute is reached", retryAt };
  }
  return { ...which, until, retryAt };
}

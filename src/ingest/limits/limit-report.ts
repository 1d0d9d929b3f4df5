import { z } from "zod";
import type { LimitReport } from "../../core/domain/limit-report.ts";
import type { Instant } from "../../core/domain/quota.ts";
import { AppError } from "../../core/errors.ts";
import { known } from "../../core/services/json-fields.ts";
import { instantField } from "../instant.ts";
import { line } from "../line-field.ts";
import { readNumber } from "../values.ts";
import type { Headers } from "./headers.ts";
import { readRefusal } from "./refusal.ts";

const number = (inner: z.ZodType<number>) => z.preprocess((value) => readNumber(value) ?? value, inner);

const value = z.union([z.string().max(8_192), z.number(), z.array(z.string().max(8_192)).max(20)]);
const mostHeaders = 200;
const headers = z
  .union([
    z.record(z.string().max(200), value),
    z.array(z.tuple([z.string().max(200), value])).max(mostHeaders),
  ])
  .transform((written) => (Array.isArray(written) ? written : Object.entries(written)))
  .refine((entries) => entries.length <= mostHeaders, `must be at most ${mostHeaders}`);

/** The body of a reported refusal. */
export const limitReportBody = z
  .object({
    account: line(120),
    model: known(line(200)),
    at: known(instantField),
    retryAfter: known(
      number(
        z
          .number()
          .min(0)
          .max(366 * 86_400),
      ),
    ),
    status: known(number(z.int().min(100).max(599))),
    headers: known(headers),
    body: z.unknown().optional(),
    source: known(line(60)),
  })
  .meta({ id: "LimitReport" });

/**
 * The body of a reported refusal: the account, and as much of the refused call as there is.
 * @param now for refusals that do not tell when they were met
 * @throws request_invalid with every problem and its path, and for a call that failed for another reason than a limit
 */
export function parseLimitReport(written: unknown, now: Instant): LimitReport {
  const parsed = limitReportBody.safeParse(written);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}`,
    );
    throw new AppError("request_invalid", `This is not a limit: ${problems.join("; ")}`, { problems });
  }
  const { account, model, at, retryAfter, status, body, source } = parsed.data;
  const raw = { status, retryAfter, headers: toHeaders(parsed.data.headers ?? []), body };
  const told = readRefusal(raw, Math.min(at ?? now, now));
  if (told === undefined) {
    const what = `HTTP ${status}, and nothing in it that speaks of a quota, a rate or capacity,`;
    throw new AppError("request_invalid", `This is not a limit: ${what} blocks nothing.`);
  }
  const reason = source === undefined ? told.reason : `${told.reason}, says ${source}`;
  return { account, model, at, told: { ...told, reason } };
}

function toHeaders(entries: readonly (readonly [string, string | number | readonly string[]])[]): Headers {
  return new Map(entries.map(([name, written]) => [name.toLowerCase(), [written].flat().join(", ")]));
}

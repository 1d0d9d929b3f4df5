import { z } from "zod";
import { count, instant, type Told, text } from "./fields.ts";

/** What came of reported usage records. */
export const recordedAnswer = z
  .object({
    accepted: count,
    duplicates: count.meta({ description: "Records that were known already, by their id" }),
    rejected: z
      .array(z.object({ index: count, message: text }))
      .meta({ description: "The others, each with its place from 0" }),
  })
  .meta({ id: "RecordedUsage" });

/** What came of a pushed snapshot. */
export const acceptanceAnswer = z
  .discriminatedUnion("accepted", [
    z.object({ accepted: z.literal(true), account: text, at: instant }),
    z.object({ accepted: z.literal(false), account: text, reason: text }),
  ])
  .meta({ id: "Acceptance" });

/** The answer of OTLP over HTTP in JSON: an empty partial success when all was taken. */
export const otlpAnswerOf = (rejected: string) =>
  z.object({
    partialSuccess: z.object({
      [rejected]: text.regex(/^\d+$/).optional(),
      errorMessage: text.optional(),
    }),
  });

export type RecordedAnswer = Told<typeof recordedAnswer>;
export type AcceptanceAnswer = Told<typeof acceptanceAnswer>;

import { z } from "zod";
import type { QuotaSample } from "../../core/domain/history.ts";
import type { Thinned } from "./sample-days.ts";

const kinds: { [K in QuotaSample["kind"]]: K } = { quota: "quota", balance: "balance", spend: "spend" };

const sampleLine: z.ZodType<QuotaSample> = z.object({
  account: z.string(),
  reading: z.string(),
  kind: z.enum(kinds),
  at: z.number(),
  value: z.number(),
  limit: z.number().optional(),
  resetsAt: z.number().optional(),
});

const markLine = z.object({ thinned: z.enum(["hour", "day"]) });

/** A sample as it stands in a file. */
export function encodeSample(sample: QuotaSample): unknown {
  const { account, reading, kind, at, value, limit, resetsAt } = sample;
  return { account, reading, kind, at, value, limit, resetsAt };
}

/** The sample that stands in a file; undefined when it is none. */
export function decodeSample(data: unknown): QuotaSample | undefined {
  return sampleLine.safeParse(data).data;
}

/** The last line of a day that was thinned. What is appended later makes it one of many. */
export function encodeMark(thinned: Thinned): unknown {
  return { thinned };
}

export function markOf(data: unknown): Thinned | undefined {
  return markLine.safeParse(data).data?.thinned;
}

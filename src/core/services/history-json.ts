import { z } from "zod";
import type { QuotaSample } from "../domain/history.ts";
import { instant, iso, isoOrNull, known } from "./json-fields.ts";
import type { QuotaHistory } from "./quota-history.ts";

/**
 * The history of an account as JSON for scripts. `value` is what was used of a quota or spend, and what was left of a
 * balance; instants are ISO 8601 in UTC, and what is not known is null.
 */
export function historyJson({ account, reading, from, to, samples }: QuotaHistory) {
  return {
    account,
    reading: reading ?? null,
    from: iso(from),
    to: iso(to),
    samples: samples.map((sample) => ({
      reading: sample.reading,
      kind: sample.kind,
      at: iso(sample.at),
      value: sample.value,
      limit: sample.limit ?? null,
      resetsAt: isoOrNull(sample.resetsAt),
    })),
  };
}

const historyFields = z.object({
  account: z.string(),
  reading: known(z.string()),
  from: instant,
  to: instant,
  samples: z.array(
    z.object({
      reading: z.string(),
      kind: z.enum(["quota", "balance", "spend"]),
      at: instant,
      value: z.number(),
      limit: known(z.number()),
      resetsAt: known(instant),
    }),
  ),
});

/** The history that was told as JSON by `historyJson`; undefined for anything else. */
export function parseHistoryJson(value: unknown): QuotaHistory | undefined {
  const told = historyFields.safeParse(value).data;
  if (told === undefined) return undefined;
  const samples = told.samples.map((sample): QuotaSample => ({ account: told.account, ...sample }));
  return { ...told, samples };
}

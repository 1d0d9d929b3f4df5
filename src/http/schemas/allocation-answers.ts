import { z } from "zod";
import { count, flag, instant, number, orNull, priority, type Told, text } from "./fields.ts";

const allocationFields = {
  ...{ id: text, agent: text, account: text, provider: text },
  ...{ model: orNull(text), combo: orNull(text), task: orNull(text) },
  request: orNull(text).meta({ description: "The `id` that it was asked for with" }),
  priority,
  ...{ tokens: count, used: count, unused: count, overage: count },
  lent: count.meta({ description: "How many tokens others were given of it" }),
  ...{ createdAt: instant, expiresAt: instant },
};
const allocation = z.object(allocationFields).meta({ id: "Allocation" });

/** What `estimateJson` makes. */
export const estimateAnswer = z
  .object({
    ...{ task: text, tokens: count, input: count, output: count },
    basis: text.meta({ description: 'Where the size comes from: "default", or "measured (37 records)"' }),
    factors: z.object({ files: number, complexity: number, conservative: number }),
    priority,
  })
  .meta({ id: "Estimate" });

/** What `grantedJson` makes. */
export const grantedAnswer = z
  .object({
    ...allocationFields,
    estimate: orNull(estimateAnswer),
    capacity: orNull(z.object({ free: count, window: text, basis: text, resetsAt: orNull(instant) })),
  })
  .meta({ id: "GrantedAllocation" });

/** What `refusedJson` makes; `conflict`, and more than one agent at a time, may come without the two last fields. */
export const refusedAnswer = z
  .object({
    error: z.object({
      code: text,
      message: text,
      accounts: z
        .array(
          z.object({
            account: text,
            reason: z.enum(["quota", "concurrency", "unknown", "blocked"]),
            message: text,
            ...{ free: orNull(number), window: orNull(text), basis: orNull(text), resetsAt: orNull(instant) },
          }),
        )
        .optional(),
      estimate: orNull(estimateAnswer).optional(),
    }),
  })
  .meta({ id: "RefusedAllocation" });

export const allocationsAnswer = z
  .object({ at: instant, allocations: z.array(allocation) })
  .meta({ id: "Allocations" });

export const releasedAnswer = z.object({ released: z.array(allocation) }).meta({ id: "ReleasedAllocations" });

/** What `usedJson` makes. */
export const usedAnswer = z
  .object({
    record: text.meta({ description: "Id of the record in the ledger" }),
    duplicate: flag,
    state: z.enum(["active", "released", "expired", "none"]),
    overage: orNull(count),
    allocation: orNull(allocation),
    endedAt: orNull(instant),
    message: orNull(text),
  })
  .meta({ id: "ReportedUse" });

export type EstimateAnswer = Told<typeof estimateAnswer>;
export type GrantedAnswer = Told<typeof grantedAnswer>;
export type RefusedAnswer = Told<typeof refusedAnswer>;
export type AllocationsAnswer = Told<typeof allocationsAnswer>;
export type ReleasedAnswer = Told<typeof releasedAnswer>;
export type UsedAnswer = Told<typeof usedAnswer>;

import { z } from "zod";
import { accountStates } from "../../core/domain/quota.ts";
import { count, flag, instant, number, orNull, percent, type Told, text } from "./fields.ts";

const unit = text.meta({
  description:
    "percent, requests, tokens, credits, usd, cny, minutes, hours, or another currency by its ISO 4217 code",
});
const name = { id: text, label: text };
const numbers = {
  unit,
  used: orNull(number),
  limit: orNull(number),
  usedPercent: orNull(percent),
  remainingPercent: orNull(percent),
  resetsAt: orNull(instant),
};
const windowSeconds = orNull(number);

const quota = z
  .object({
    kind: z.literal("quota"),
    ...name,
    windowSeconds,
    scope: orNull(text).meta({
      description: "The pool of models that it counts for; null: the whole account",
    }),
    ...numbers,
    binding: flag.meta({ description: "Whether it is the window of its pool with the least left" }),
    counted: orNull(z.object({ at: instant, atLeast: flag })).meta({
      description: "Set when `used` was added up from usage records instead of told by the provider",
    }),
    burnRate: orNull(
      z.object({
        perHour: number,
        basis: z.enum(["recent", "mean"]),
        measuredOverSeconds: number,
        samples: orNull(count),
      }),
    ).meta({ description: "How fast it is used, in its unit" }),
    runsOutAt: orNull(instant).meta({ description: "When it runs out at that rate, if before its reset" }),
  })
  .meta({ id: "Quota" });
const spend = z
  .object({ kind: z.literal("spend"), ...name, windowSeconds, ...numbers })
  .meta({ id: "Spend" });
const balance = z
  .object({ kind: z.literal("balance"), ...name, unit, remaining: number })
  .meta({ id: "Balance" });

const account = z
  .object({
    account: text,
    provider: text,
    label: text,
    plan: orNull(text),
    state: z.enum(accountStates),
    message: orNull(text),
    fetchedAt: orNull(instant),
    source: orNull(z.enum(["read", "push"])),
    reportedBy: orNull(text),
    stale: flag,
    retryAt: orNull(instant),
    sharedWith: z
      .array(text)
      .optional()
      .meta({ description: "The others on the same pool; absent when alone" }),
    readings: z.array(z.discriminatedUnion("kind", [quota, spend, balance])),
  })
  .meta({ id: "Account" });

/** What `quotaJson` makes. */
export const quotaAnswer = z
  .object({
    at: instant.meta({ description: "When all of this was so: at most a second ago" }),
    accounts: z.array(account).meta({ description: "Worst first" }),
  })
  .meta({ id: "QuotaReport" });

export type QuotaAnswer = Told<typeof quotaAnswer>;

/** What `historyJson` makes. */
export const historyAnswer = z
  .object({
    account: text,
    reading: orNull(text),
    from: instant,
    to: instant,
    samples: z.array(
      z.object({
        reading: text,
        kind: z.enum(["quota", "balance", "spend"]),
        at: instant,
        value: number.meta({ description: "What was used of a quota or spend; what was left of a balance" }),
        limit: orNull(number),
        resetsAt: orNull(instant),
      }),
    ),
  })
  .meta({ id: "History" });

export type HistoryAnswer = Told<typeof historyAnswer>;

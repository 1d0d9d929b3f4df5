import { z } from "zod";
import {
  billing,
  count,
  day,
  flag,
  instant,
  number,
  orNull,
  percent,
  period,
  type Told,
  text,
  usd,
} from "./fields.ts";

const message = text;
const until = orNull(instant).meta({ description: "When it is over; null: nobody knows" });

const reason = z
  .discriminatedUnion("code", [
    z.object({
      code: z.literal("exhausted"),
      window: text,
      scope: text.optional(),
      ...{ message, until },
    }),
    z.object({ code: z.literal("no_balance"), message, until }),
    z.object({
      code: z.literal("refused"),
      why: z.object({ kind: z.enum(["quota", "rate", "capacity"]), reason: text }),
      ...{ message, until },
    }),
    z.object({ code: z.literal("budget"), budget: text, to: billing, message, until }),
    z.object({ code: z.literal("account"), state: z.enum(["forbidden", "retired"]), message, until }),
    z.object({ code: z.literal("stale"), message, at: instant }),
    z.object({ code: z.literal("unknown"), message }),
  ])
  .meta({ id: "Reason", description: "The last two forbid nothing" });

const verdict = {
  until: orNull(instant).meta({ description: "When all that forbids is over" }),
  leftPercent: orNull(percent),
  window: orNull(text),
  pool: orNull(text),
  resetsAt: orNull(instant),
  knownAt: orNull(instant),
  reasons: z.array(reason),
};
const place = { member: text, account: text, model: orNull(text) };

/** What `availableJson` makes. */
export const availableAnswer = z
  .object({ at: instant, account: text, model: orNull(text), available: flag, ...verdict })
  .meta({ id: "Availability" });

/** What `routeJson` makes. */
export const routeAnswer = z
  .object({
    at: instant,
    name: text,
    kind: z.enum(["combo", "model"]),
    choice: orNull(z.object(place)).meta({ description: "null while nothing can be used" }),
    since: orNull(instant),
    standsInFor: orNull(text),
    mode: orNull(z.object({ to: billing, budget: text, until })),
    order: z.array(
      z.object({
        ...place,
        usable: flag,
        ...verdict,
        billing,
        basis: z.enum(["combo", "told", "used"]),
        pricePerMillionUsd: orNull(usd),
      }),
    ),
  })
  .meta({ id: "RouteReport" });

const cost = z.object({ billedUsd: usd, includedUsd: usd, freeUsd: usd, unpriced: count });

/** What `combosJson` makes. */
export const combosAnswer = z
  .object({
    combos: z.array(
      z.object({
        ...{ at: instant, combo: text, period, requests: count },
        members: z.array(z.object({ account: text, requests: count, share: number, tokens: count, cost })),
        savings: orNull(
          z.object({
            ...{ against: text, model: orNull(text), listUsd: usd, billedUsd: usd, savedUsd: usd },
            ...{ calls: count, unpriced: count },
          }),
        ),
        missing: z.array(day),
      }),
    ),
  })
  .meta({ id: "CombosReport" });

const elsewhere = {
  account: text,
  model: text,
  to: text,
  requests: count,
  days: count,
  billedUsd: usd,
  message,
};

/** What `suggestJson` makes. */
export const suggestionsAnswer = z
  .object({
    at: instant,
    days: count,
    needsDays: count,
    suggestions: z.array(
      z.discriminatedUnion("kind", [
        z.object({ kind: z.enum(["free_elsewhere", "covered"]), ...elsewhere, left: percent.optional() }),
        z.object({
          kind: z.literal("cheaper_elsewhere"),
          ...{ ...elsewhere, pricePerMillionUsd: usd, otherPerMillionUsd: usd },
        }),
        z.object({
          kind: z.enum(["plan_too_small", "exhausted_often"]),
          ...{ account: text, window: text, times: count, days: count, message },
        }),
        z.object({
          kind: z.literal("plan_too_large"),
          ...{ account: text, window: text, mostUsedPercent: percent, days: count, message },
        }),
        z.object({
          kind: z.literal("idle_hours"),
          ...{ from: count, to: count, requests: count, total: count, days: count, message },
          exhausted: z.array(z.object({ account: text, times: count })),
        }),
        z.object({ kind: z.literal("unused"), account: text, days: count, message }),
      ]),
    ),
  })
  .meta({ id: "Suggestions" });

/** What came of a reported refusal. */
export const limitAnswer = z
  .object({
    kind: z.enum(["quota", "rate", "capacity"]),
    blockedUntil: orNull(instant).meta({ description: "null: nothing is blocked" }),
    scope: orNull(z.object({ account: text, pool: orNull(text), model: orNull(text) })),
    reason: text,
  })
  .meta({ id: "ReportedLimit" });

export type AvailableAnswer = Told<typeof availableAnswer>;
export type RouteAnswer = Told<typeof routeAnswer>;
export type CombosAnswer = Told<typeof combosAnswer>;
export type LimitAnswer = Told<typeof limitAnswer>;

import { z } from "zod";
import type { Suggestion } from "../domain/suggestion.ts";
import { suggestionWords } from "../messages/suggest-words.ts";
import { instant, iso } from "./json-fields.ts";
import type { SuggestReport } from "./suggest.ts";

/** Suggestions for programs: what `GET /api/v1/suggestions` and `quota suggest --json` tell. Money is US dollars. */
export function suggestJson({ at, suggestions, days, needs }: SuggestReport) {
  return {
    at: iso(at),
    days,
    needsDays: needs,
    suggestions: suggestions.map((one) => ({ ...inDollars(one), message: suggestionWords(one, (id) => id) })),
  };
}

const money = {
  billedMicros: "billedUsd",
  priceMicros: "pricePerMillionUsd",
  otherMicros: "otherPerMillionUsd",
};

function inDollars(suggestion: Suggestion): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(suggestion).map(([name, value]) =>
      Object.hasOwn(money, name) ? [money[name as keyof typeof money], value / 1e6] : [name, value],
    ),
  );
}

/** The report of which this is the JSON; undefined for anything else. */
export function parseSuggestJson(value: unknown): SuggestReport | undefined {
  return report.safeParse(value).data;
}

const micros = z.number().transform((dollars) => Math.round(dollars * 1e6));
const text = z.string();
const number = z.number();
const elsewhere = { account: text, model: text, to: text, requests: number, days: number };

const suggestion = z.union([
  z
    .object({
      kind: z.enum(["free_elsewhere", "covered"]),
      ...{ ...elsewhere, billedUsd: micros, left: number.optional() },
    })
    .transform(({ billedUsd: billedMicros, ...told }) => ({ ...told, billedMicros })),
  z
    .object({
      kind: z.literal("cheaper_elsewhere"),
      ...{ ...elsewhere, billedUsd: micros, pricePerMillionUsd: micros, otherPerMillionUsd: micros },
    })
    .transform(
      ({ billedUsd: billedMicros, pricePerMillionUsd, otherPerMillionUsd: otherMicros, ...told }) => ({
        ...{ ...told, billedMicros, otherMicros },
        priceMicros: pricePerMillionUsd,
      }),
    ),
  z.object({
    kind: z.enum(["plan_too_small", "exhausted_often"]),
    ...{ account: text, window: text, times: number, days: number },
  }),
  z.object({
    kind: z.literal("plan_too_large"),
    ...{ account: text, window: text, mostUsedPercent: number, days: number },
  }),
  z.object({
    kind: z.literal("idle_hours"),
    ...{ from: number, to: number, requests: number, total: number, days: number },
    exhausted: z.array(z.object({ account: text, times: number })),
  }),
  z.object({ kind: z.literal("unused"), account: text, days: number }),
]);

const report = z
  .object({
    at: instant,
    days: number,
    needsDays: number,
    suggestions: z.array(suggestion),
  })
  .transform(({ needsDays: needs, ...told }): SuggestReport => ({ ...told, needs }));

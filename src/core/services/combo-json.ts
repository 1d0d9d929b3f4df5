import { z } from "zod";
import type { ComboReport } from "./combo-report.ts";
import { instant, iso, micros } from "./json-fields.ts";

/** How combos were used, for programs: what `GET /api/v1/combos` tells. Money is US dollars. */
export function combosJson(reports: readonly ComboReport[]) {
  return { combos: reports.map(comboJson) };
}

function comboJson({ at, combo, period, requests, uses, savings, missing }: ComboReport) {
  return {
    at: iso(at),
    ...{ combo, period, requests },
    members: uses.map(({ billedMicros, includedMicros, freeMicros, unpriced, ...use }) => ({
      ...use,
      cost: {
        billedUsd: billedMicros / 1e6,
        includedUsd: includedMicros / 1e6,
        freeUsd: freeMicros / 1e6,
        unpriced,
      },
    })),
    savings:
      savings === undefined
        ? null
        : {
            against: savings.against,
            model: savings.model ?? null,
            listUsd: savings.listMicros / 1e6,
            billedUsd: savings.billedMicros / 1e6,
            savedUsd: (savings.listMicros - savings.billedMicros) / 1e6,
            calls: savings.calls,
            unpriced: savings.unpriced,
          },
    missing,
  };
}

/** The reports of which this is the JSON; undefined for anything else. */
export function parseCombosJson(value: unknown): readonly ComboReport[] | undefined {
  return fields.safeParse(value).data?.combos;
}

const number = z.number();
const text = z.string();

const combo = z
  .object({
    at: instant,
    combo: text,
    period: z.object({ name: text, from: text, to: text }),
    requests: number,
    members: z.array(
      z
        .object({
          ...{ account: text, requests: number, share: number, tokens: number },
          cost: z.object({ billedUsd: micros, includedUsd: micros, freeUsd: micros, unpriced: number }),
        })
        .transform(({ cost, ...use }) => ({
          ...use,
          billedMicros: cost.billedUsd,
          includedMicros: cost.includedUsd,
          freeMicros: cost.freeUsd,
          unpriced: cost.unpriced,
        })),
    ),
    savings: z
      .object({
        ...{ against: text, model: text.nullable(), listUsd: micros, billedUsd: micros },
        ...{ calls: number, unpriced: number },
      })
      .transform(({ listUsd: listMicros, billedUsd: billedMicros, model, ...told }) => ({
        ...{ ...told, listMicros, billedMicros },
        model: model ?? undefined,
      }))
      .nullable(),
    missing: z.array(text),
  })
  .transform(
    ({ members, savings, ...told }): ComboReport => ({
      ...told,
      uses: members,
      savings: savings ?? undefined,
    }),
  );

const fields = z.object({ combos: z.array(combo) });

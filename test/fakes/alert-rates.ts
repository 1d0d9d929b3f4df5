import { runaway } from "../../src/core/domain/account-findings.ts";
import { rose } from "../../src/core/domain/burn-rate.ts";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import { paceOf } from "../../src/core/domain/pace.ts";
import { type Instant, type Snapshot, usedPercent } from "../../src/core/domain/quota.ts";
import type { AccountFacts } from "../../src/core/services/account-look.ts";

const minutes = 60_000;

/** How fast windows are used, as the program reckons it. */
export function ratesOf(
  { readings, fetchedAt: at = 0 }: Snapshot,
  samples: readonly QuotaSample[],
  now: Instant,
): Pick<AccountFacts, "projections" | "rises"> {
  const quotas = readings.filter((reading) => reading.kind === "quota");
  const known = quotas.flatMap((reading) => {
    const usedNow = usedPercent(reading);
    const before = samples.filter((sample) => sample.reading === reading.id && sample.at < at);
    return usedNow === undefined ? [] : [{ reading, usedPercent: usedNow, before }];
  });
  return {
    projections: known.flatMap(({ before, ...about }) => {
      const { projection } = paceOf(about.reading, { at, now, samples: before }) ?? {};
      if (projection === undefined) return [];
      const runsOut = { at: projection.runsOutAt, beforeReset: projection.beforeReset };
      return [{ ...about, runsOut, basis: "lately" }];
    }),
    rises: known.flatMap(({ before, ...about }) => {
      const { used: value = 0, limit, resetsAt } = about.reading;
      const risen = rose(
        [...before, { at, value, limit, resetsAt }],
        runaway.points / 3,
        runaway.minutes * minutes,
      );
      return risen === undefined ? [] : [{ ...about, ...risen }];
    }),
  };
}

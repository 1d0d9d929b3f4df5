import { type Account, accountName } from "../domain/account.ts";
import { type ChartLine, mostLines, type QuotaChart } from "../domain/chart.ts";
import { type QuotaSample, samplesOf } from "../domain/history.ts";
import { type Quota, type Reading, type Spend, trueAt } from "../domain/quota.ts";
import { pointsOf, seriesOf } from "../domain/series.ts";
import { isTooOld } from "../domain/snapshot.ts";
import { AppError } from "../errors.ts";
import { windowName } from "../messages/quota-table.ts";
import type { QuotaHistories } from "./quota-history.ts";
import type { AccountReport, QuotaReports } from "./quota-report.ts";

/** Percent used at which somebody is told of a window of an account. */
export type ThresholdsOf = (account: string, window: Pick<Quota, "id" | "label">) => readonly number[];

/** A chart, or what is known of an account that there is nothing to draw of. */
export interface QuotaChartAnswer {
  report: AccountReport;
  chart: QuotaChart;
}

/**
 * What was left of each window of an account from so many milliseconds ago until now. Throws like the histories, and
 * not_found for an account that nobody reports on.
 */
export async function chartQuotas(
  parts: {
    histories: QuotaHistories;
    reports: Pick<QuotaReports, "report">;
    timezone: string;
    thresholdsOf: ThresholdsOf;
  },
  account: Account,
  range: number,
): Promise<QuotaChartAnswer> {
  const history = await parts.histories({ account: account.id, range });
  const [report] = parts.reports.report([account]).accounts;
  if (report === undefined) throw new AppError("not_found", `There is no account "${account.id}".`);
  const { from, to } = history;
  const reads = { interval: account.interval, now: to };
  const samples = withCurrent(history.samples, report, history);
  const readings = report.readings.filter(isWindow);
  const keys = [...new Set([...readings.map(keyOf), ...samples.map(keyOfSample)])];
  const lines = keys.flatMap((key): ChartLine[] => {
    const own = samples.filter((sample) => keyOfSample(sample) === key);
    const series = seriesOf(own, reads);
    const points = pointsOf(series);
    const last = points.at(-1);
    if (last === undefined) return [];
    const reading = readings.find((one) => keyOf(one) === key);
    const id = own[0]?.reading ?? key;
    const lowest = points.reduce((low, point) => (point.left <= low.left ? point : low), last);
    const label = reading === undefined ? id : windowName(reading);
    return [{ label, id, series, lowest, last, stale: isTooOld(last.at, account.interval, to) }];
  });
  const drawn = [...lines].sort((a, b) => a.lowest.left - b.lowest.left).slice(0, mostLines);
  const thresholds = drawn.flatMap(({ id, label }) => {
    const reading = readings.find((one) => one.id === id);
    return parts.thresholdsOf(account.id, { id, label: reading?.label ?? label });
  });
  return {
    report,
    chart: {
      ...{
        kind: "quota",
        account: account.id,
        name: accountName(account),
        timezone: parts.timezone,
        from,
        to,
      },
      lines: lines.filter((line) => drawn.includes(line)),
      others: lines.filter((line) => !drawn.includes(line)),
      // At 0 is the axis.
      thresholds: [...new Set(thresholds.map((used) => 100 - used))]
        .filter((left) => left > 0)
        .sort((a, b) => b - a),
    },
  };
}

/** The samples with what is known now: what says the same as before is not stored each time. */
function withCurrent(
  samples: readonly QuotaSample[],
  { account, readings, fetchedAt }: AccountReport,
  { from, to }: { from: number; to: number },
): readonly QuotaSample[] {
  const current = readings.flatMap((reading) => {
    const at = trueAt(reading, fetchedAt);
    return at === undefined || at < from || at > to ? [] : samplesOf(account, [reading], at);
  });
  const newer = current.filter((sample) =>
    samples.every((other) => keyOfSample(other) !== keyOfSample(sample) || other.at < sample.at),
  );
  return [...samples, ...newer];
}

function isWindow(reading: Reading): reading is Quota | Spend {
  return reading.kind !== "balance";
}

function keyOf({ kind, id }: Pick<Reading, "kind" | "id">): string {
  return `${kind} ${id}`;
}

function keyOfSample({ kind, reading }: QuotaSample): string {
  return `${kind} ${reading}`;
}

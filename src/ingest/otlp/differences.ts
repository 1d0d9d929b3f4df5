/** What `differences` needs to know of a point of a counter. */
export interface CounterPoint {
  series: string;
  value: number;
  /** Whether the value counts from `startNanos` on, and not from the point before. */
  cumulative: boolean;
  startNanos?: bigint | undefined;
  /** Since when the counter is counted, where another signal told of its growth before; nanoseconds since epoch. */
  since?: bigint | undefined;
}

/** By how much the counter grew with a point, and what it stands at now where that has to be remembered. */
export interface Growth {
  grown: number;
  counter?: { series: string; value: number } | undefined;
}

/**
 * What is new with each of the points, which come in the order of their times. A delta is new as it is. Of a cumulative
 * counter it is what it grew by since the last value counted:
 *
 * - A counter seen for the first time counts whole: it began at its start time. A new start time is a new counter, since
 *   it makes another series.
 * - A counter that fell and tells its start time did not fall: the point is older than what was counted (an exporter tried
 *   again, and a later export overtook it) and adds nothing. Without a start time it began anew, and counts whole.
 * - With `since`, a counter seen for the first time that began before then is taken as it stands: what it counted until
 *   now was told by another signal.
 *
 * @param last what the counters of `counterNames` stood at, as the ledger keeps it from the `counter` of records
 */
export function differences(points: readonly CounterPoint[], last: ReadonlyMap<string, number>): Growth[] {
  const stands = new Map(last);
  return points.map((point) => {
    if (!point.cumulative) return { grown: point.value };
    const growth = growthOf(point, stands);
    if (growth.counter !== undefined) stands.set(growth.counter.series, growth.counter.value);
    return growth;
  });
}

/**
 * The names a counter may stand under in the ledger, latest last. There counters only rise, so one without a start time
 * goes by another name each time it begins anew; 15 times, then it has to rise above where it stood.
 */
export function counterNames({ series, startNanos, cumulative }: CounterPoint): string[] {
  if (!cumulative) return [];
  const anew = startNanos === undefined ? 15 : 0;
  return [series, ...Array.from({ length: anew }, (_, index) => `${series}~${index + 1}`)];
}

function growthOf(point: CounterPoint, stands: ReadonlyMap<string, number>): Growth {
  const { value, startNanos, since } = point;
  const names = counterNames(point);
  const current = names.findLastIndex((name) => stands.has(name));
  const series = names[Math.max(current, 0)] ?? point.series;
  const last = stands.get(series);
  if (last === undefined) {
    if (since !== undefined && (startNanos ?? 0n) < since) return { grown: 0, counter: { series, value } };
    return value === 0 ? { grown: 0 } : { grown: value, counter: { series, value } };
  }
  if (value > last) return { grown: value - last, counter: { series, value } };
  const next = names[current + 1];
  return value === last || next === undefined
    ? { grown: 0 }
    : { grown: value, counter: { series: next, value } };
}

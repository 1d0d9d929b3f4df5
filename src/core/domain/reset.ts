import { type Instant, type Quota, type Reading, remainingPercent, usedPercent } from "./quota.ts";

/** A window that has started over. */
export interface Reset {
  quota: Quota;
  /** When the window before ended. */
  endedAt: Instant;
}

/**
 * Windows that have started over between two reads: the reset they told has passed and use has fallen. One that had
 * less than `threshold` percent used before is not news. Nor is one whose pool a longer window still keeps exhausted.
 */
export function confirmedResets(
  before: readonly Reading[],
  after: readonly Reading[],
  facts: { now: Instant; threshold: number },
): Reset[] {
  const earlier = new Map(
    before.filter((reading) => reading.kind === "quota").map((quota) => [quota.id, quota]),
  );
  return after.flatMap((reading) => {
    if (reading.kind !== "quota") return [];
    const previous = earlier.get(reading.id);
    const usedBefore = previous && usedPercent(previous);
    const usedNow = usedPercent(reading);
    if (previous?.resetsAt === undefined || usedBefore === undefined || usedNow === undefined) return [];
    const confirmed =
      previous.resetsAt <= facts.now &&
      usedNow < usedBefore &&
      usedBefore >= facts.threshold &&
      !isPoolExhausted(reading, after);
    return confirmed ? [{ quota: reading, endedAt: previous.resetsAt }] : [];
  });
}

function isPoolExhausted(quota: Quota, readings: readonly Reading[]): boolean {
  return readings.some(
    (other) =>
      other.kind === "quota" &&
      other.id !== quota.id &&
      other.scope === quota.scope &&
      remainingPercent(other) === 0,
  );
}

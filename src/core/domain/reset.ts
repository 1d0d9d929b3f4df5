import { type Instant, type Quota, type Reading, remainingPercent, usedPercent } from "./quota.ts";

/**
 * Windows that have started over between two reads: the reset they told has passed and use has fallen. One that had
 * less than `threshold` percent used before is not news. Nor is one whose pool a longer window still keeps exhausted.
 */
export function confirmedResets(
  before: readonly Reading[],
  after: readonly Reading[],
  facts: { now: Instant; threshold: number },
): Quota[] {
  const earlier = new Map(
    before.filter((reading) => reading.kind === "quota").map((quota) => [quota.id, quota]),
  );
  return after.filter((reading): reading is Quota => {
    if (reading.kind !== "quota") return false;
    const previous = earlier.get(reading.id);
    const usedBefore = previous && usedPercent(previous);
    const usedNow = usedPercent(reading);
    if (previous?.resetsAt === undefined || usedBefore === undefined || usedNow === undefined) return false;
    return (
      previous.resetsAt <= facts.now &&
      usedNow < usedBefore &&
      usedBefore >= facts.threshold &&
      !isPoolExhausted(reading, after)
    );
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

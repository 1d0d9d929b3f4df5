import type { QuotaSample } from "./history.ts";
import type { Finding, Incident } from "./incident.ts";
import type { Instant, Quota, Reading } from "./quota.ts";
import { windowOf } from "./quota-findings.ts";
import { isSameReset } from "./window.ts";

/**
 * Finds resets that have moved while their window goes on: two samples in a row agreed on one, and now two on another,
 * more than 10 minutes away, well before the first had passed and without use falling. Windows that nobody has used yet have
 * no fixed reset.
 *
 * @param facts.known incidents of the account on the channel: each place that a reset moves to is told once
 * @param facts.samples earlier samples of a reading, oldest first, without the present one
 */
export function findMoved(facts: {
  account: string;
  readings: readonly Reading[];
  /** When the readings were true. */
  at: Instant;
  known: readonly Incident[];
  samples: (reading: string) => readonly QuotaSample[];
}): Finding[] {
  return facts.readings.flatMap((quota): Finding[] => {
    if (quota.kind !== "quota" || quota.resetsAt === undefined) return [];
    const from = movedFrom(quota, facts.samples(quota.id));
    if (from === undefined) return [];
    const { account, at } = facts;
    const subject = `moved|${account}|${quota.scope ?? ""}|${quota.id}|`;
    const to = quota.resetsAt;
    const isTold = facts.known.some(
      ({ subject: other, event }) =>
        other.startsWith(subject) && event.moved !== undefined && isSameReset(event.moved.to, to),
    );
    if (isTold) return [];
    const event = {
      type: "quota.reset_moved",
      at,
      account,
      window: windowOf(quota),
      moved: { from, to },
    } as const;
    // Replicas have read the same, so that they mean the same place.
    return [{ subject: `${subject}${to}`, level: 1, event, once: true }];
  });
}

/** The reset that was told before the present one, if it has moved. */
function movedFrom(quota: Quota, samples: readonly QuotaSample[]): Instant | undefined {
  const [first, second, third] = samples.slice(-3);
  const [before, old, fresh, now] = [first, second, third, quota].map((one) => one?.resetsAt);
  if (before === undefined || old === undefined || fresh === undefined || now === undefined) return undefined;
  if (!isSameReset(before, old) || !isSameReset(fresh, now) || isSameReset(old, now)) return undefined;
  const isUsed = (first?.value ?? 0) > 0 && (second?.value ?? 0) > 0;
  const hasFallen = (quota.used ?? 0) < (second?.value ?? 0) || (third?.value ?? 0) < (second?.value ?? 0);
  // Close to its reset a window may as well have started over.
  const seenAt = third?.at ?? 0;
  return isUsed && !hasFallen && old > seenAt && !isSameReset(old, seenAt) ? old : undefined;
}

import type { QuotaSample } from "./history.ts";
import type { Finding, Incident } from "./incident.ts";
import type { Instant, Quota, Reading } from "./quota.ts";
import { windowOf } from "./quota-findings.ts";
import { isSameReset } from "./window.ts";

/**
 * Finds resets that have moved while their window goes on: two samples in a row agreed on one, and now two on another,
 * more than 10 minutes away, well before the first had passed and without use falling. One that goes on moving with every
 * sample is only told where it comes to rest, as far as it is from where it was told before. Windows that nobody has used
 * yet have no fixed reset.
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
    const { account, at } = facts;
    const subject = `moved|${account}|${quota.scope ?? ""}|${quota.id}|`;
    const told = facts.known
      .filter((incident) => incident.subject.startsWith(subject))
      .flatMap(({ event }) => (event.moved === undefined ? [] : { at: event.at, to: event.moved.to }));
    const to = quota.resetsAt;
    if (told.some((one) => isSameReset(one.to, to))) return [];
    const from = movedFrom(quota, at, facts.samples(quota.id), told);
    if (from === undefined) return [];
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

/** A sample of a used window that tells its reset. */
interface Place {
  at: Instant;
  value: number;
  resetsAt: Instant;
}

/** Milliseconds between two answers that are no movement. */
const rest = 60_000;

/** The reset that was told before the present one, if it has moved. */
function movedFrom(
  quota: Quota,
  at: Instant,
  samples: readonly QuotaSample[],
  told: readonly { at: Instant; to: Instant }[],
): Instant | undefined {
  const run = currentRun([...samples, { at, value: quota.used ?? 0, resetsAt: quota.resetsAt }]);
  const [old, fresh, now] = run.slice(-3);
  if (old === undefined || fresh === undefined || now === undefined) return undefined;
  if (!isSameReset(fresh.resetsAt, now.resetsAt) || isCreeping(old, fresh, now)) return undefined;
  const first = run.find((place, index) => isSameReset(place.resetsAt, run[index + 1]?.resetsAt ?? 0));
  if (first === undefined) return undefined;
  const last = told.filter((one) => one.at >= first.at).sort((a, b) => b.at - a.at)[0];
  const from = last?.to ?? first.resetsAt;
  const isFar = ![fresh, now].some((place) => isSameReset(place.resetsAt, from));
  // Close to its reset a window may as well have started over.
  const isAhead = from > fresh.at && !isSameReset(from, fresh.at);
  return isFar && isAhead ? from : undefined;
}

/** What was seen of the window that the last sample is in, since it was first used. */
function currentRun(samples: readonly Pick<QuotaSample, "at" | "value" | "resetsAt">[]): Place[] {
  const run: Place[] = [];
  for (const { at, value, resetsAt } of samples) {
    const before = run.at(-1);
    const isOver = before !== undefined && (value < before.value || at >= before.resetsAt);
    if (isOver || resetsAt === undefined || value <= 0) run.length = 0;
    if (resetsAt !== undefined && value > 0) run.push({ at, value, resetsAt });
  }
  return run;
}

function isCreeping(old: Place, fresh: Place, now: Place): boolean {
  const [before, after] = [fresh.resetsAt - old.resetsAt, now.resetsAt - fresh.resetsAt];
  return Math.abs(before) > rest && Math.abs(after) > rest && before > 0 === after > 0;
}

import { endOf, type HowLong } from "../domain/how-long.ts";
import { type Incident, isOpen } from "../domain/incident.ts";
import type { Instant } from "../domain/quota.ts";
import { withNews } from "../domain/reconcile.ts";
import { isReminder } from "../domain/reminder.ts";
import { knownAs, type Person, platformOf } from "../messages/people.ts";
import type { Clock, Outbox } from "../ports.ts";

/** What has come of what somebody did with an alert. */
export type Done =
  | { kind: "done"; incident: Incident }
  /** It had ended already, and stays as it was. */
  | { kind: "over"; incident: Incident }
  /** No alert has this id. */
  | { kind: "unknown" };

export interface AlertActions {
  /** Notes who has taken an alert on, whoever had before; its message shows that. */
  ack(id: string, by: Person): Promise<Done>;
  /** Tells nothing more of an alert for a time, up to the reset of its window; its message shows that, and for whom. */
  snooze(id: string, howLong: HowLong, by: Person): Promise<Done>;
}

/** What people do with alerts. Replicas and channels may change the same alert meanwhile: nobody's change is lost. */
export function createAlertActions(options: {
  outbox: Pick<Outbox, "change" | "find">;
  clock: Clock;
  wake(channel: string): void;
}): AlertActions {
  const { outbox, clock } = options;

  async function change(
    id: string,
    how: (incident: Incident, now: Instant) => Partial<Incident>,
  ): Promise<Done> {
    for (;;) {
      const [incident] = (await outbox.find({ id })).filter((one) => !isReminder(one));
      if (incident === undefined) return { kind: "unknown" };
      if (!isOpen(incident)) return { kind: "over", incident };
      const changed = { ...incident, ...how(incident, clock.now()) };
      // What was never told to anybody has no message to show it.
      const next = changed.version === 0 ? changed : withNews(changed, false);
      if (!(await outbox.change(next))) continue;
      options.wake(next.channel);
      return { kind: "done", incident: next };
    }
  }

  return {
    ack: (id, by) =>
      change(id, ({ channel, snoozedUntil }, now) => ({
        takenBy: knownAs(by, platformOf(channel)),
        snoozedUntil: snoozedUntil !== undefined && snoozedUntil > now ? snoozedUntil : undefined,
      })),
    snooze: (id, howLong, by) =>
      change(id, ({ channel, event: { window } }, now) => {
        const reset = window?.resetsAt;
        const end = endOf(howLong, now, reset);
        const snoozedUntil = reset !== undefined && reset > now ? Math.min(end, reset) : end;
        return { snoozedUntil, snoozedBy: knownAs(by, platformOf(channel)) };
      }),
  };
}

import { endOf, type HowLong } from "../domain/how-long.ts";
import { type Delivery, type Incident, isOpen } from "../domain/incident.ts";
import type { Instant } from "../domain/quota.ts";
import { withNews } from "../domain/reconcile.ts";
import { isReminder } from "../domain/reminder.ts";
import { knownAs, type Person, platformOf } from "../messages/people.ts";
import type { Clock, Outbox } from "../ports.ts";

/** What has come of what somebody did with an alert. */
export type Done =
  /** `others`: so many more of its message, where all were meant. */
  | { kind: "done"; incident: Incident; others: number }
  /** It had ended already, and stays as it was. */
  | { kind: "over"; incident: Incident }
  /** No alert has this id. */
  | { kind: "unknown" };

/** Whether only the alert itself is meant, or all that its message tells of. */
export type Extent = "one" | "all";

export interface AlertActions {
  /** Notes who has taken an alert on, whoever had before; its message shows that. */
  ack(id: string, by: Person, extent?: Extent): Promise<Done>;
  /** Tells nothing more of an alert for a time, up to the reset of its window; its message shows that, and for whom. */
  snooze(id: string, howLong: HowLong, by: Person, extent?: Extent): Promise<Done>;
}

/** What people do with alerts. Replicas and channels may change the same alert meanwhile: nobody's change is lost. */
export function createAlertActions(options: {
  outbox: Pick<Outbox, "change" | "find">;
  clock: Clock;
  wake(channel: string): void;
}): AlertActions {
  const { outbox, clock } = options;

  type How = (incident: Incident, now: Instant) => Partial<Incident>;

  async function find(id: string): Promise<Incident | undefined> {
    return (await outbox.find({ id })).find((one) => !isReminder(one));
  }

  async function changeOne(id: string, how: How): Promise<Done> {
    for (;;) {
      const incident = await find(id);
      if (incident === undefined) return { kind: "unknown" };
      if (!isOpen(incident)) return { kind: "over", incident };
      const changed: Incident = { ...incident, ...how(incident, clock.now()), show: true };
      // What was never told to anybody has no message to show it.
      const next = changed.version === 0 ? { ...changed, show: undefined } : withNews(changed, false);
      if (!(await outbox.change(next))) continue;
      options.wake(next.channel);
      return { kind: "done", incident: next, others: 0 };
    }
  }

  async function change(id: string, extent: Extent, how: How): Promise<Done> {
    const others = extent === "all" ? await othersOf(id) : [];
    const done = await changeOne(id, how);
    const changes = await Promise.all(others.map((other) => changeOne(other.id, how)));
    const [first, ...more] = [done, ...changes].filter((one) => one.kind === "done");
    return first === undefined ? done : { ...first, others: more.length };
  }

  /** What else goes on of all that its message tells of. */
  async function othersOf(id: string): Promise<readonly Incident[]> {
    const { channel, delivery } = (await find(id)) ?? {};
    if (delivery?.where === undefined) return [];
    // On a terminal all messages stand at the same place.
    const isOfMessage = ({ where, sentAt }: Delivery) =>
      where === delivery.where && sentAt === delivery.sentAt;
    return (await outbox.find({ open: true })).filter(
      (one) => one.id !== id && one.channel === channel && isOfMessage(one.delivery),
    );
  }

  return {
    ack: (id, by, extent = "one") =>
      change(id, extent, ({ channel, snoozedUntil }, now) => ({
        takenBy: knownAs(by, platformOf(channel)),
        snoozedUntil: snoozedUntil !== undefined && snoozedUntil > now ? snoozedUntil : undefined,
      })),
    snooze: (id, howLong, by, extent = "one") =>
      change(id, extent, ({ channel, event: { window } }, now) => {
        const reset = window?.resetsAt;
        const end = endOf(howLong, now, reset);
        const snoozedUntil = reset !== undefined && reset > now ? Math.min(end, reset) : end;
        return { snoozedUntil, snoozedBy: knownAs(by, platformOf(channel)) };
      }),
  };
}

import { type Incident, isOpen, type Look } from "../domain/incident.ts";
import { type Changes, reconcile } from "../domain/reconcile.ts";
import { isReminder } from "../domain/reminder.ts";
import type { Clock, Outbox } from "../ports.ts";
import type { ChannelWishes } from "./alert-rules.ts";

/** Brings the outbox to what looks have found. */
export interface Looks {
  /** Looks at a scope for each channel, again when another process has changed it meanwhile. */
  settle(
    scope: string,
    wishes: readonly ChannelWishes[],
    lookFor: (wish: ChannelWishes, known: readonly Incident[]) => Look,
  ): Promise<void>;
  /** Ends what nobody looks at any more, since its account, or the rule that told its channel, is gone. */
  endOthers(places: ReadonlySet<string>): Promise<void>;
}

/** Where an incident is looked for. */
export function placeOf({ channel, scope }: Pick<Incident, "channel" | "scope">): string {
  return `${channel} ${scope}`;
}

/** So often a look is tried that other processes interfere with; the next one makes up for it. */
const tries = 4;

export function createLooks(options: {
  outbox: Pick<Outbox, "put" | "change" | "find">;
  /** Called when a channel has something to be told. */
  wake(channel: string): void;
  newId: () => string;
  clock: Clock;
}): Looks {
  const { outbox, wake, newId, clock } = options;

  async function put(incidents: readonly Incident[]): Promise<void> {
    for (const incident of incidents) if (await outbox.put(incident)) wake(incident.channel);
  }

  /**
   * False when another process was quicker. Of what has ended, the news of it goes first and what follows it last, so
   * that a crash in between leaves nothing untold.
   */
  async function store({ added, changed }: Changes): Promise<boolean> {
    await put(added.filter((incident) => !isOpen(incident)));
    let won = true;
    for (const incident of changed) {
      if (await outbox.change(incident)) wake(incident.channel);
      else won = false;
    }
    if (won) await put(added.filter((incident) => isOpen(incident)));
    return won;
  }

  return {
    async settle(scope, wishes, lookFor) {
      for (let attempt = 0; attempt < tries; attempt += 1) {
        const known = await outbox.find({ scope });
        let won = true;
        for (const wish of wishes) {
          const { channel } = wish;
          const own = known.filter((incident) => incident.channel === channel);
          const place = { channel, scope, now: clock.now(), newId };
          won = (await store(reconcile(own, lookFor(wish, own), place))) && won;
        }
        if (won) return;
      }
    },
    async endOthers(places) {
      for (const incident of await outbox.find({ open: true })) {
        if (places.has(placeOf(incident)) || isReminder(incident)) continue;
        // There is nobody to tell of it either.
        await outbox.change({ ...incident, endedAt: clock.now(), version: incident.delivery.sentVersion });
      }
    },
  };
}

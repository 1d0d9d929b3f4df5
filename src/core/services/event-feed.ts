import type { Instant } from "../domain/quota.ts";
import type { UsageRecord } from "../domain/usage.ts";
import type { Log } from "../ports.ts";
import {
  createEventReader,
  type EventItem,
  type EventListeners,
  type EventReader,
  type OfferedReader,
} from "./event-reader.ts";
import { createEventRing, type FeedEvent } from "./event-ring.ts";
import { createFeedNews, type FeedNewsOptions, type News } from "./feed-news.ts";
import { iso } from "./json-fields.ts";
import { createTurns } from "./turns.ts";

export interface EventFeedOptions extends FeedNewsOptions {
  /** Letters and digits that no other process has: by them ids of before a restart are known. */
  processId: string;
  log: Log;
  /** Runs work after so many milliseconds of real time. */
  later(milliseconds: number, work: () => void): void;
  /** What is kept for readers that come back. */
  kept?: { events: number; characters: number } | undefined;
}

/** What a reader wants to hear of. */
export interface EventWish {
  /** Id of the last item that was taken, of a reader that comes back. */
  after?: string | undefined;
  /** Only events of these types; absent: all. */
  types?: readonly FeedEvent["type"][] | undefined;
  /** Only events about these accounts; absent: all. */
  accounts?: readonly string[] | undefined;
}

/** News for programs as it comes: of accounts, alerts and usage. While nobody reads it costs next to nothing. */
export interface EventFeed {
  /** The numbers of an account were read, told or counted anew. */
  changed(account: string): void;
  /** Records have come into the ledger. */
  recorded(records: readonly UsageRecord[]): void;
  /** Something may have changed that is not told otherwise: alerts, or what another process has read. */
  look(): void;
  /**
   * Reads on from where the reader was. One that is new, or whose place is not known any more, is told first how everything
   * stands: `reset` says why, and `ready` that it was all.
   * @throws store_unavailable
   */
  open(wish: EventWish, listeners: EventListeners): Promise<EventReader>;
}

/** What comes within so many milliseconds is told together. */
const together = 1_000;
/** Milliseconds for which events are kept while nobody reads. */
const lingering = 5 * 60_000;
const usualKept = { events: 10_000, characters: 8 * 1024 * 1024 };

export function createEventFeed(options: EventFeedOptions): EventFeed {
  const { accounts, clock, log, processId } = options;
  const ring = createEventRing(options.kept ?? usualKept);
  const news = createFeedNews(options);
  const turns = createTurns((_, error) =>
    log.warn({ error }, "Events could not be told of all that is new."),
  );
  const readers = new Set<OfferedReader>();
  /** Set while somebody reads, or may come back; resolves when what is new can be told from what is known. */
  let awake: Promise<void> | undefined;
  let leftAt: Instant = 0;
  let isWaiting = false;

  function isAwake(): boolean {
    if (awake !== undefined && readers.size === 0 && clock.now() - leftAt >= lingering) {
      awake = undefined;
      ring.clear();
    }
    return awake !== undefined;
  }

  async function wake(): Promise<void> {
    leftAt = clock.now();
    awake ??= news.begin();
    try {
      await awake;
    } catch (error) {
      awake = undefined;
      throw error;
    }
  }

  /** Lets what is gathered be told in a moment, together with what else comes meanwhile. */
  function soon(): void {
    if (isWaiting) return;
    isWaiting = true;
    options.later(together, () => {
      isWaiting = false;
      if (isAwake()) void turns.run("tell", tell);
    });
  }

  async function tell(): Promise<void> {
    await awake;
    publish(news.takeNumbers());
    publish(await news.takeAlerts());
  }

  function publish(events: readonly News[]): void {
    for (const event of events) {
      const added = ring.add(event);
      for (const reader of readers) reader.offer(added);
    }
  }

  function* opening(reason: string, everything: Iterable<News>, wish: EventWish): Generator<EventItem> {
    yield { type: "reset", data: JSON.stringify({ at: iso(clock.now()), reason }) };
    for (const event of everything) {
      if (isWished(wish, event)) yield { type: event.type, data: event.data };
    }
  }

  /** Number of the event with an id; of an id that is of no use, why. */
  function placeOf(id: string | undefined): number | "new" | "unknown" | "gone" {
    if (id === undefined) return "new";
    const [, process, digits] = /^([a-z0-9]+)-(\d{1,15})$/i.exec(id) ?? [];
    if (process !== processId) return "unknown";
    const number = Number(digits);
    return ring.covers(number) ? number : "gone";
  }

  function start(wish: EventWish): { position: number; opening: Iterator<EventItem> } {
    const place = placeOf(wish.after);
    if (typeof place === "number") return { position: place, opening: [].values() };
    const hasNumbers = wish.types?.includes("snapshot") ?? true;
    const ids = hasNumbers ? (wish.accounts ?? accounts.map(({ id }) => id)) : [];
    return { position: ring.last(), opening: opening(place, news.everything(ids), wish) };
  }

  return {
    changed(account) {
      if (!isAwake()) return;
      news.changed(account);
      soon();
    },
    recorded(records) {
      if (!isAwake()) return;
      news.recorded(records);
      soon();
    },
    look() {
      if (!isAwake()) return;
      news.look();
      soon();
    },
    async open(wish, listeners) {
      isAwake();
      await wake();
      const reader = createEventReader({
        ...{ ring, listeners },
        ...start(wish),
        wants: (event) => isWished(wish, event),
        idOf: (number) => `${processId}-${number}`,
        readyData: () => JSON.stringify({ at: iso(clock.now()) }),
      });
      readers.add(reader);
      return {
        next: reader.next,
        place: reader.place,
        close() {
          if (readers.delete(reader)) leftAt = clock.now();
        },
      };
    },
  };
}

function isWished({ types, accounts }: EventWish, event: Pick<FeedEvent, "type" | "accounts">): boolean {
  if (!(types?.includes(event.type) ?? true)) return false;
  return accounts === undefined || event.accounts.some((account) => accounts.includes(account));
}

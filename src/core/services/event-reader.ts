import type { EventRing, FeedEvent } from "./event-ring.ts";

/** What a reader is handed. */
export interface EventItem {
  /** Where to go on from after this one; absent while a reader is told how everything stands. */
  id?: string | undefined;
  /** `reset` begins how everything stands, `ready` says that all of before has been told. */
  type: FeedEvent["type"] | "reset" | "ready";
  /** JSON on one line. */
  data: string;
}

/** Called as long as the reader is open. */
export interface EventListeners {
  /** There is more to be read. */
  onNews(): void;
  /** What was to be read next is gone, because the reader took too long. */
  onLost(): void;
}

/** Reads the feed at its own pace; nothing is kept for it but its place. */
export interface EventReader {
  /** The next item; undefined when there is none at present. */
  next(): EventItem | undefined;
  /** Id to go on from, past all that the reader did not wish for; undefined before it is ready. */
  place(): string | undefined;
  close(): void;
}

/** A reader as its feed sees it. */
export interface OfferedReader extends Omit<EventReader, "close"> {
  /** Takes note that the ring has one event more. */
  offer(event: FeedEvent): void;
}

export function createEventReader(options: {
  ring: EventRing;
  /** Number of the event that it goes on after. */
  position: number;
  /** What comes before that; read as it is taken. */
  opening: Iterator<EventItem>;
  wants(event: FeedEvent): boolean;
  idOf(number: number): string;
  /** What `ready` says. */
  readyData(): string;
  listeners: EventListeners;
}): OfferedReader {
  const { ring, opening, wants, idOf, listeners } = options;
  const missed = ring.last();
  let { position } = options;
  let opened = false;
  let ready = false;

  function nextOpening(): EventItem | undefined {
    const { value, done } = opening.next();
    opened = done === true;
    return opened ? undefined : value;
  }

  function nextOfRing(): EventItem | undefined {
    for (;;) {
      if (!ready && position >= missed) {
        ready = true;
        return { id: idOf(position), type: "ready", data: options.readyData() };
      }
      const event = ring.after(position);
      if (event === undefined) return undefined;
      position = event.number;
      if (wants(event)) return { id: idOf(position), type: event.type, data: event.data };
    }
  }

  return {
    next: () => (opened ? undefined : nextOpening()) ?? nextOfRing(),
    place: () => (ready ? idOf(position) : undefined),
    offer(event) {
      if (!ring.covers(position)) listeners.onLost();
      else if (wants(event)) listeners.onNews();
      else if (ready && position === event.number - 1) position = event.number;
    },
  };
}

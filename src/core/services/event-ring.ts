/** Sorts of news for programs. */
export const feedTypes = ["snapshot", "alert", "notice", "usage"] as const;

/** One piece of news for programs. */
export interface FeedEvent {
  /** Its place in the order of all; the next one's is one more. */
  number: number;
  type: (typeof feedTypes)[number];
  /** Ids of the accounts it is about; none when it is about money alone. */
  accounts: readonly string[];
  /** As JSON, on one line. */
  data: string;
}

/** The last events, for those who come back. */
export interface EventRing {
  /** Adds an event, and drops the oldest ones that there is no room for. */
  add(event: Omit<FeedEvent, "number">): FeedEvent;
  /** The event after the one of this number; undefined when there is none yet. */
  after(number: number): FeedEvent | undefined;
  /** Whether all events after the one of this number are still there. */
  covers(number: number): boolean;
  /** Number of the last event; 0 before the first. */
  last(): number;
  /** Forgets everything: no number of before is covered any more. */
  clear(): void;
}

/** What an event takes beside its data, about. */
const overhead = 200;

/**
 * @param limits.events kept at the most
 * @param limits.characters of data kept at the most; the last event is kept however long it is
 */
export function createEventRing(limits: { events: number; characters: number }): EventRing {
  const events = new Map<number, FeedEvent>();
  let last = 0;
  /** Number of the last event that is gone. */
  let gone = 0;
  let size = 0;

  function dropOldest(): void {
    gone += 1;
    size -= sizeOf(events.get(gone));
    events.delete(gone);
  }

  return {
    add(event) {
      last += 1;
      const added = { ...event, number: last };
      events.set(last, added);
      size += sizeOf(added);
      while (events.size > 1 && (events.size > limits.events || size > limits.characters)) dropOldest();
      return added;
    },
    after: (number) => events.get(number + 1),
    covers: (number) => number >= gone && number <= last,
    last: () => last,
    clear() {
      events.clear();
      last += 1;
      gone = last;
      size = 0;
    },
  };
}

function sizeOf(event: FeedEvent | undefined): number {
  return event === undefined ? 0 : event.data.length + overhead;
}

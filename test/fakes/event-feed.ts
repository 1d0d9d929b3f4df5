import { eventJson } from "../../src/channels/event-json.ts";
import type { Outbox } from "../../src/core/ports.ts";
import { createEventFeed, type EventFeed, type EventWish } from "../../src/core/services/event-feed.ts";
import type { EventItem } from "../../src/core/services/event-reader.ts";
import type { createQuotaHouse } from "./quota-house.ts";

type House = ReturnType<typeof createQuotaHouse>;

/** A feed over a house, whose moments pass when the test says so. */
export function createFeedHouse(
  house: House,
  options: {
    processId?: string | undefined;
    kept?: { events: number; characters: number } | undefined;
    sharers?: ((account: string) => readonly string[]) | undefined;
    outbox?: Pick<Outbox, "find"> | undefined;
  } = {},
) {
  const waiting: (() => void)[] = [];
  const feed = createEventFeed({
    ...{
      ...house,
      accounts: house.readQuotas.accounts,
      outbox: options.outbox ?? house.store.outbox,
      eventJson,
    },
    sharers: options.sharers ?? ((account) => [account]),
    processId: options.processId ?? "p1",
    later: (_, work) => void waiting.push(work),
    kept: options.kept,
  });
  house.readQuotas.onRead(({ account }) => feed.changed(account));
  return {
    ...house,
    feed,
    /** Work that waits for its moment. */
    waiting,
    /** Lets a moment pass, and what it starts end. */
    async beat(): Promise<void> {
      for (const work of waiting.splice(0)) work();
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    open: (wish: EventWish = {}) => openReader(feed, wish),
  };
}

/** A reader that tells what it has read so far, with the data as values. */
export async function openReader(feed: Pick<EventFeed, "open">, wish: EventWish = {}) {
  const heard = { news: 0, lost: 0 };
  const reader = await feed.open(wish, {
    onNews: () => void heard.news++,
    onLost: () => void heard.lost++,
  });
  return {
    ...reader,
    heard,
    /** All that there is at present. */
    read(): (Omit<EventItem, "data"> & { data: Record<string, unknown> })[] {
      const items: EventItem[] = [];
      for (let item = reader.next(); item !== undefined; item = reader.next()) items.push(item);
      return items.map((item) => ({ ...item, data: JSON.parse(item.data) }));
    },
  };
}

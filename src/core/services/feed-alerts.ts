import type { AlertEvent } from "../domain/event.ts";
import { type Incident, isOpen } from "../domain/incident.ts";
import type { Instant } from "../domain/quota.ts";
import type { Clock, Outbox } from "../ports.ts";
import { compareStandings, isForAll, isNews, type Standing, standingsOf } from "./alert-standings.ts";

/** What has become of an alert; `openedAt` is absent of news, which is over with being told. */
export interface AlertNews {
  change: "raised" | "changed" | "ended" | "told";
  event: AlertEvent;
  openedAt?: Instant | undefined;
}

/** Finds in the outbox what is new, whichever process put it there. */
export interface FeedAlerts {
  /** Takes what is there as known. Throws store_unavailable. */
  begin(): Promise<void>;
  /** What has changed since the last look. Throws store_unavailable. */
  look(): Promise<readonly AlertNews[]>;
  /** What was so at the last look. */
  standing(): readonly Standing[];
}

/** Milliseconds that clocks of several processes, and what is stored and told to be, lie apart at the most. */
const overlap = 60_000;

export function createFeedAlerts(options: { outbox: Pick<Outbox, "find">; clock: Clock }): FeedAlerts {
  const { outbox, clock } = options;
  let standing: ReadonlyMap<string, Standing> = new Map();
  /** News of late, and when it came: each channel that is told has an incident of its own. */
  let told: ReadonlyMap<string, Instant> = new Map();
  let since: Instant = clock.now();

  async function find() {
    const now = clock.now();
    const recent = await outbox.find({ openedSince: since - overlap });
    const open = standingsOf(await outbox.find({ open: true }));
    return { now, open, news: recent.filter((incident) => isForAll(incident) && isNews(incident)) };
  }

  function remember({ now, open, news }: Awaited<ReturnType<typeof find>>): void {
    const late = [...told].filter(([, at]) => at >= since - overlap);
    told = new Map([...late, ...news.map((one): [string, Instant] => [signatureOf(one), one.openedAt])]);
    since = now;
    standing = open;
  }

  /** As it is after it has ended. */
  async function ended({ key, event, openedAt }: Standing): Promise<AlertNews> {
    const [incident] = await outbox.find({ key });
    const isOver = incident !== undefined && !isOpen(incident);
    return { change: "ended", event: isOver ? incident.event : { ...event, at: clock.now() }, openedAt };
  }

  return {
    async begin() {
      since = clock.now();
      remember(await find());
    },
    async look() {
      const found = await find();
      const { raised, changed, ended: over } = compareStandings(standing, found.open);
      const endings = await Promise.all(over.map(ended));
      const news = new Map(found.news.map((one) => [signatureOf(one), one.event]));
      for (const signature of told.keys()) news.delete(signature);
      remember(found);
      return [
        ...endings,
        ...[...news.values()].map((event) => ({ change: "told" as const, event })),
        ...raised.map(({ event, openedAt }) => ({ change: "raised" as const, event, openedAt })),
        ...changed.map(({ event, openedAt }) => ({ change: "changed" as const, event, openedAt })),
      ];
    },
    standing: () => [...standing.values()],
  };
}

/** What tells news apart, without what differs from channel to channel. */
function signatureOf({ event }: Incident): string {
  return JSON.stringify({ ...event, since: 0, threshold: 0 });
}

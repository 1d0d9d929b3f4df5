import { setMaxListeners } from "node:events";
import { z } from "zod";
import type { Account } from "../core/domain/account.ts";
import { unassigned } from "../core/domain/usage.ts";
import type { Log } from "../core/ports.ts";
import type { EventFeed } from "../core/services/event-feed.ts";
import { feedTypes } from "../core/services/event-ring.ts";
import { createKnownAccounts } from "../core/services/known-accounts.ts";
import { failure } from "./answers.ts";
import { createEventStream } from "./event-stream.ts";
import { oneOf, queryOf } from "./queries.ts";
import type { HttpContext, Query, Route } from "./route.ts";
import { createSeats } from "./seats.ts";

export interface EventsRouteOptions {
  accounts: readonly Account[];
  feed: Pick<EventFeed, "open">;
  /** Ends all streams. */
  stopping: AbortSignal;
  log: Log;
  /** Clients at a time, in all and of one key. */
  seats?: { all: number; perKey: number } | undefined;
  /** Milliseconds of silence after which a sign of life is sent. */
  heartbeat?: number | undefined;
  /** Milliseconds that a client may take nothing of what was sent before it is hung up on. */
  slowness?: number | undefined;
}

export const eventsQuery = {
  type: {
    description: "Only events of this type; repeated: of these.",
    schema: oneOf("type", feedTypes),
    repeats: true,
    example: "alert",
  },
  account: {
    description: "Only events about this account; repeated: about these.",
    schema: z.string(),
    repeats: true,
    example: "glm-main",
  },
  after: {
    description: "Id of the last event that was taken. The header `Last-Event-ID` goes before it.",
    schema: z.string(),
  },
} satisfies Query;

const usualSeats = { all: 100, perKey: 20 };
const usualHeartbeat = 15_000;
const usualSlowness = 60_000;
/** Seconds after which a client that was turned away may find room. */
const pause = 15;

const headers = {
  "content-type": "text/event-stream",
  "cache-control": "no-store, no-transform",
  "x-content-type-options": "nosniff",
  // Proxies such as nginx pass on what comes at once.
  "x-accel-buffering": "no",
};

/**
 * News as server-sent events, from the one after `Last-Event-ID` or `after`, else with how everything stands before them.
 * Answers 429 or 503 where too many listen already.
 * @throws request_invalid for any other parameter or type, not_found for an account that nobody knows, store_unavailable
 */
export function eventsRoute(options: EventsRouteOptions): Route {
  const { feed, stopping, log, heartbeat = usualHeartbeat, slowness = usualSlowness } = options;
  const seats = createSeats(options.seats ?? usualSeats);
  // Every stream waits for it.
  setMaxListeners(0, stopping);
  const known = createKnownAccounts(options.accounts);

  return async (context, caller) => {
    const { type: types, account: accounts, after } = queryOf(context.req, eventsQuery);
    for (const id of accounts ?? []) if (id !== unassigned) known(id);
    if (context.req.method === "HEAD") return new Response(null, { headers });
    const seat = seats.take(caller.name);
    if (typeof seat === "string") return noSeat(seat);
    const wish = { types, accounts, after: context.req.header("last-event-id") || after || undefined };
    const stream = await createEventStream({
      ...{ heartbeat, stopping, log, patience: slowness },
      open: (listeners) => feed.open(wish, listeners),
      hangUp: () => hangUp(context),
      onClose: seat.leave,
    });
    return new Response(stream, { headers });
  };
}

function hangUp({ env }: HttpContext): void {
  env?.outgoing?.destroy();
}

function noSeat(taken: "by the key" | "by all"): Response {
  const retry = { "retry-after": String(pause) };
  if (taken === "by all") {
    const message = "So many clients listen to events that there is no room for one more.";
    return failure(503, { code: "concurrency_exceeded", message }, retry);
  }
  const message = "So many clients with this key listen to events that there is no room for one more.";
  return failure(429, { code: "concurrency_exceeded", message }, retry);
}

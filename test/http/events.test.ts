import { Hono } from "hono";
import { expect, it, onTestFinished } from "vitest";
import { createAccess } from "../../src/http/access.ts";
import { failureOf } from "../../src/http/answers.ts";
import { type EventsRouteOptions, eventsRoute } from "../../src/http/events-route.ts";
import { createKeyring } from "../../src/http/keys.ts";
import type { HttpEnv } from "../../src/http/route.ts";
import { account, quota, snapshot } from "../fakes/core.ts";
import { createFeedHouse } from "../fakes/event-feed.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { recordOf } from "../ledger-records.ts";
import { dial, listening } from "./listening.ts";
import { bearer, keys } from "./setup.ts";

const path = "/api/v1/events";
const heads = (key: string, rest: Record<string, string> = {}) => ({
  headers: { ...bearer(key).headers, ...rest },
});

/** The route over real connections, and what readers it has. */
async function serving(
  options: Partial<EventsRouteOptions> = {},
  feedOptions: Parameters<typeof createFeedHouse>[1] = {},
) {
  const accounts = [account("glm"), account("claude")];
  const house = createFeedHouse(
    createQuotaHouse({ accounts, read: async () => ({ readings: [quota()] }) }),
    feedOptions,
  );
  const stopping = new AbortController();
  const readers = { open: 0 };
  const route = eventsRoute({
    ...{ accounts, stopping: stopping.signal, log: house.log },
    feed: {
      async open(wish, listeners) {
        const reader = await house.feed.open(wish, listeners);
        readers.open += 1;
        const close = () => {
          readers.open -= 1;
          reader.close();
        };
        return { ...reader, close };
      },
    },
    ...options,
  });
  const app = new Hono<HttpEnv>();
  app.onError((error, context) => failureOf(context.req.path, error, house.log));
  app.get(path, createAccess(createKeyring(keys))("read", route));
  const served = await listening(app, { keepAliveTimeout: 200 });
  return { ...house, ...served, stopping, readers, errors: () => house.log.lines };
}
type Served = Awaited<ReturnType<typeof serving>>;

/** A client that follows events until the test ends. */
async function follow(served: Served, query = "", rest: Record<string, string> = {}, key = "fake-read-key") {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${served.url}${path}${query}`, {
    ...heads(key, rest),
    signal: abort.signal,
  });
  const state = { text: "", ended: false, cut: false };
  const done = (async () => {
    try {
      for await (const part of response.body ?? []) state.text += new TextDecoder().decode(part);
      state.ended = true;
    } catch {
      state.cut = true;
    }
  })();
  return { response, state, done, leave: () => abort.abort() };
}

/** As the specification of server-sent events has it. */
function eventsIn(text: string) {
  return text
    .split("\n\n")
    .slice(0, -1)
    .map((block) => {
      const fields = block
        .split("\n")
        .filter((line) => !line.startsWith(":"))
        .map((line) => /^(\w+): (.*)$/.exec(line) ?? []);
      return Object.fromEntries(fields.map(([, name, value]) => [name, value]));
    });
}
const typesIn = (text: string) => eventsIn(text).flatMap(({ event }) => event ?? []);

it("streams events that a browser understands, unbuffered and uncached, as they come", async () => {
  const served = await serving();
  const { response, state } = await follow(served);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
  await expect.poll(() => typesIn(state.text)).toEqual(["reset", "snapshot", "snapshot", "ready"]);
  expect(eventsIn(state.text)[0]).toEqual({ retry: "3000" });
  await served.readQuotas.accept(snapshot("claude"));
  await served.beat();
  await expect.poll(() => typesIn(state.text)).toHaveLength(5);
  const last = eventsIn(state.text).at(-1);
  expect(last).toMatchObject({ id: "p1-1", event: "snapshot" });
  expect(JSON.parse(last?.data ?? "")).toMatchObject({ account: "claude", state: "ok" });
});

it("goes on after Last-Event-ID, else after the parameter, else from the beginning", async () => {
  const served = await serving();
  const first = await follow(served);
  for (const model of ["a", "b", "c"]) {
    served.feed.recorded([recordOf(model, { model })]);
    await served.beat();
  }
  await expect.poll(() => typesIn(first.state.text).filter((type) => type === "usage")).toHaveLength(3);
  const begins = async (query: string, rest: Record<string, string>) => {
    const { state } = await follow(served, query, rest);
    await expect.poll(() => typesIn(state.text)).toContain("ready");
    return typesIn(state.text)[0] === "reset" ? "anew" : typesIn(state.text).length;
  };
  expect(await begins("?after=p1-1", {})).toBe(3);
  expect(await begins("?after=p1-1", { "last-event-id": "p1-2" })).toBe(2);
  expect(await begins("?after=p1-1", { "last-event-id": "" })).toBe(3);
  expect(await begins("?after=", {})).toBe("anew");
  expect(await begins("", { "last-event-id": "p0-1" })).toBe("anew");
});

it.each([
  ["?type=alerts", 400, /Did you mean "alert"/],
  ["?account=cluade", 404, /Did you mean "claude"/],
  ["?follow=1", 400, /follow/],
  ["?after=p1-1&after=p1-2", 400, /once/],
])("refuses %s and opens nothing", async (query, status, message) => {
  const served = await serving();
  const response = await fetch(`${served.url}${path}${query}`, heads("fake-read-key"));
  expect([response.status, await response.json()]).toMatchObject([
    status,
    { error: { message: expect.stringMatching(message) } },
  ]);
  expect(served.readers.open).toBe(0);
});

it("needs the scope read, and answers HEAD without a stream", async () => {
  const served = await serving();
  expect((await fetch(`${served.url}${path}`)).status).toBe(401);
  expect((await fetch(`${served.url}${path}`, heads("fake-ingest-key"))).status).toBe(403);
  const head = await fetch(`${served.url}${path}`, { ...heads("fake-read-key"), method: "HEAD" });
  expect([head.status, head.headers.get("content-type"), await head.text()]).toEqual([
    200,
    "text/event-stream",
    "",
  ]);
  expect(served.readers.open).toBe(0);
});

it("tells a client that nothing has come, and how far it is where all that came was nothing to it", async () => {
  const served = await serving({ heartbeat: 20 });
  const { state } = await follow(served, "?type=alert");
  await expect.poll(() => state.text).toMatch(/event: ready\ndata: \S+\n\n(:\n\n)+/);
  served.feed.recorded([recordOf("a")]);
  await served.beat();
  await expect.poll(() => state.text).toMatch(/:\nid: p1-1\n\n(:\n\n)+/);
});

it("turns away whom there is no room for, and has room again when somebody leaves", async () => {
  const served = await serving({ seats: { all: 3, perKey: 2 } });
  const ask = async (key: string) => (await fetch(`${served.url}${path}`, heads(key))).status;
  const { leave } = await follow(served);
  await follow(served);
  const refused = await fetch(`${served.url}${path}`, heads("fake-read-key"));
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "15"]);
  expect(await refused.json()).toMatchObject({ error: { code: "concurrency_exceeded" } });
  await follow(served, "", {}, "fake-ops-key");
  expect(await ask("fake-ops-key")).toBe(503);
  leave();
  await expect.poll(() => served.readers.open).toBe(2);
  expect((await follow(served)).response.status).toBe(200);
});

it("lets go of everything when clients hang up", async () => {
  const served = await serving();
  const clients = await Promise.all(
    Array.from({ length: 15 }, () => follow(served)).concat(
      Array.from({ length: 15 }, () => follow(served, "", {}, "fake-ops-key")),
    ),
  );
  expect(served.readers.open).toBe(30);
  for (const { leave } of clients) leave();
  await expect.poll(() => served.readers.open).toBe(0);
  expect(served.errors()).toEqual([]);
});

it("gives back its place when what stands cannot be found out", async () => {
  let broken = true;
  const served = await serving(
    { seats: { all: 1, perKey: 1 } },
    {
      outbox: {
        find: async () => {
          if (broken) throw new Error("no database");
          return [];
        },
      },
    },
  );
  expect((await fetch(`${served.url}${path}`, heads("fake-read-key"))).status).toBe(500);
  broken = false;
  expect((await follow(served)).response.status).toBe(200);
});

it("ends streams cleanly when the bot stops, however far they are", async () => {
  const served = await serving();
  const clients = await Promise.all([follow(served), follow(served), follow(served)]);
  await expect.poll(() => typesIn(clients[2]?.state.text ?? "")).toContain("ready");
  served.stopping.abort();
  await Promise.all(clients.map(({ done }) => done));
  expect(clients.map(({ state }) => state)).toMatchObject(clients.map(() => ({ ended: true, cut: false })));
  expect(served.readers.open).toBe(0);
  // Whoever comes now is told how everything stands, or nothing, and that it is over.
  const late = await follow(served);
  await late.done;
  expect(late.state).toMatchObject({ ended: true });
});

it("hangs up on a client that does not read what comes, and keeps nothing for it", async () => {
  const served = await serving({}, { kept: { events: 100, characters: 1024 * 1024 } });
  const { socket, state } = await dial(served.port);
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer fake-read-key\r\n\r\n`);
  await expect.poll(() => served.readers.open).toBe(1);
  const quick = await follow(served);
  const model = "m".repeat(50_000);
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 2_000 && served.readers.open === 2; round += 1) {
    served.feed.recorded([recordOf(`r${round}`, { model })]);
    await served.beat();
  }
  expect(served.readers.open).toBe(1);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  expect(quick.state.cut).toBe(false);
  socket.resume();
  await expect.poll(() => state.closed).toBe(true);
});

it("hangs up on a client that takes nothing of what was sent for a time", async () => {
  const served = await serving(
    { slowness: 300 },
    { kept: { events: 10_000, characters: 128 * 1024 * 1024 } },
  );
  const { socket } = await dial(served.port);
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer fake-read-key\r\n\r\n`);
  await expect.poll(() => served.readers.open).toBe(1);
  const model = "m".repeat(50_000);
  for (let round = 0; round < 400; round += 1) {
    served.feed.recorded([recordOf(`r${round}`, { model })]);
    await served.beat();
  }
  await expect.poll(() => served.readers.open, { timeout: 20_000 }).toBe(0);
});

it("is understood by clients of HTTP/1.0", async () => {
  const served = await serving();
  const { socket, state } = await dial(served.port);
  socket.write(`GET ${path} HTTP/1.0\r\nhost: a\r\nauthorization: Bearer fake-read-key\r\n\r\n`);
  await expect
    .poll(() => state.received)
    .toMatch(/^HTTP\/1.1 200 [\s\S]*\r\n\r\nretry: 3000\n\n[\s\S]*event: ready\n/);
  expect(state.received).not.toMatch(/transfer-encoding/i);
  served.stopping.abort();
  await expect.poll(() => state.closed).toBe(true);
});

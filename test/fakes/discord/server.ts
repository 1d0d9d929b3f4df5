/**
 * A small Discord on 127.0.0.1: REST v10 and gateway of one application, with faults on demand.
 *
 *     const discord = await startFakeDiscord();
 *     createDiscord({ config: { token: discord.token, apiUrl: discord.apiUrl }, ... })
 *     const asked = discord.slash("show", { account: "claude-lan" });      // somebody types /quota show
 *     await until(() => asked.message);                                    // what they see
 *
 * People:   slash, complete, press; each gives the interaction, in which the server keeps all that the bot answered.
 * Records:  requests (everything over HTTP), registrations, posted (channel messages), gateway.log.
 * REST:     fault(method, path, fault, times) for the next requests that fit; refuse(id, status, code) for a channel, person
 *           or guild; rules; say(channel, content), remove(id) of a message.
 * Gateway:  gateway.closeAll(code), gateway.broadcast({ op: 7 }), gateway.flags, gateway.forgetSessions(), redeliver(asked).
 * Outage:   down() closes the port and every connection, up() opens the same port again; sessions survive.
 *
 * Bodies that Discord's own schemas refuse get a 400, a first response after 3 s a 10062, a second one a 40060.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createFaults, type Fault } from "./faults.ts";
import { createGateway } from "./gateway.ts";
import { createPeople } from "./people.ts";
import { type Answer, type Body, createRest, problem } from "./rest.ts";

interface Recorded {
  method: string;
  /** Below /api/v10. */
  path: string;
  body: Body;
  /** What is attached, in order. */
  files: { name: string; mediaType: string; content: string; bytes?: Buffer }[];
}

export type FakeDiscord = Awaited<ReturnType<typeof startFakeDiscord>>;

export async function startFakeDiscord({ heartbeatInterval = 41_250 }: { heartbeatInterval?: number } = {}) {
  const token = "test-bot-token";
  const applicationId = "100000000000000001";
  const faults = createFaults();
  const requests: Recorded[] = [];
  let lastId = 300_000_000_000_000_000n;
  const newId = () => String(++lastId);
  const rest = createRest({ token, applicationId, newId });
  let port = 0;
  const gateway = createGateway({
    token,
    applicationId,
    heartbeatInterval,
    address: () => `ws://127.0.0.1:${port}`,
  });
  const people = createPeople({
    applicationId,
    newId,
    interactions: rest.interactions,
    deliver: (interaction) => gateway.dispatch("INTERACTION_CREATE", interaction),
  });
  let server = await listen();

  async function listen(): Promise<Server> {
    const opened = createServer((request, response) => void serve(request, response));
    gateway.attach(opened);
    await new Promise<void>((resolve) => opened.listen(port, "127.0.0.1", resolve));
    port = (opened.address() as AddressInfo).port;
    return opened;
  }

  async function down(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    gateway.closeAll(0);
    server.closeAllConnections();
    await closed;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "";
    const { pathname, searchParams } = new URL(request.url ?? "", "http://fake");
    const path = pathname.replace(/^\/api\/v10/, "");
    const { body, files } = await readBody(request);
    requests.push({ method, path, body, files });
    const fault = faults.take(method, path);
    if (fault === "dropped") return void request.socket.destroy();
    if (fault !== undefined && typeof fault === "object" && "hang" in fault) {
      await pause(fault.hang, undefined, { ref: false });
      return void request.socket.destroy();
    }
    if (fault !== undefined && typeof fault === "object" && "status" in fault) {
      return reply(response, failing(fault));
    }
    const answer =
      method === "GET" && path === "/gateway/bot"
        ? gatewayBot(request.headers.authorization)
        : (unattached(body, files) ??
          rest.answer(method, path, request.headers.authorization, body ?? Object.fromEntries(searchParams)));
    if (fault === "lost") return void request.socket.destroy();
    if (fault !== undefined) await pause(fault.slow);
    reply(response, answer);
  }

  function gatewayBot(authorization: string | undefined): Answer {
    if (authorization !== `Bot ${token}`) return problem(401, 0, "401: Unauthorized");
    return {
      status: 200,
      body: {
        url: `ws://127.0.0.1:${port}`,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 },
      },
    };
  }

  return {
    token,
    applicationId,
    /** For discord.apiUrl; the same for as long as this server lives. */
    apiUrl: `http://127.0.0.1:${port}/api`,
    requests,
    registrations: rest.registrations,
    posted: rest.posted,
    gateway,
    fault: (method: string, path: RegExp, fault: Fault, times = 1) => faults.add(method, path, fault, times),
    refuse: (id: string, status: number, code: number) => rest.refusals.set(id, { status, code }),
    /** What Discord remembers and lets be read; tests change it. */
    rules: rest.rules,
    /** Somebody else says something in a channel. */
    say: (channel: string, content: string) =>
      rest.posted.push({ id: newId(), channel, at: Date.now(), body: { content } }),
    /** Somebody deletes a message. */
    remove: (id: string) =>
      rest.posted.splice(
        rest.posted.findIndex((each) => each.id === id),
        1,
      ),
    ...people,
    down,
    async up(): Promise<void> {
      server = await listen();
    },
    async close(): Promise<void> {
      faults.clear();
      await down();
    },
  };
}

function failing({
  status,
  code = 0,
  retryAfter = 0,
}: {
  status: number;
  code?: number;
  retryAfter?: number;
}) {
  const answer = problem(status, code, `${status}: as asked for`);
  return status === 429
    ? { ...answer, body: { ...answer.body, retry_after: retryAfter, global: false }, retryAfter }
    : answer;
}

async function readBody(request: IncomingMessage): Promise<Pick<Recorded, "body" | "files">> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  const text = whole.toString();
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(request.headers["content-type"] ?? "")?.[1];
  if (boundary === undefined) return { body: text === "" ? undefined : JSON.parse(text), files: [] };
  let body: Body;
  const files: Recorded["files"] = [];
  // Each byte one character, so that files that are no text stay whole.
  for (const part of whole.toString("latin1").split(`--${boundary}`)) {
    const [, head = "", content = ""] = /^\r\n(.*?)\r\n\r\n(.*)\r\n$/s.exec(part) ?? [];
    const name = /filename="([^"]*)"/.exec(head)?.[1];
    const bytes = Buffer.from(content, "latin1");
    if (/name="payload_json"/.test(head)) body = JSON.parse(bytes.toString());
    else if (name !== undefined) {
      const mediaType = /Content-Type: (\S+)/i.exec(head)?.[1] ?? "";
      files.push({
        name,
        mediaType,
        content: bytes.toString(),
        ...(mediaType.startsWith("image/") && { bytes }),
      });
    }
  }
  return { body, files };
}

/** Refuses a body that names a file which does not come along. */
function unattached(body: Body, files: Recorded["files"]): Answer | undefined {
  const named = [...JSON.stringify(body ?? null).matchAll(/"attachment:\/\/([^"]+)"/g)];
  const missing = named.filter(([, name]) => files.every((file) => file.name !== name));
  return missing.length === 0 ? undefined : problem(400, 50035, "Invalid Form Body: unresolved attachment");
}

function reply(response: ServerResponse, answer: Answer & { retryAfter?: number }): void {
  if (answer.retryAfter !== undefined) response.setHeader("retry-after", answer.retryAfter);
  response.statusCode = answer.status;
  // The client library takes any answer that calls itself JSON for JSON, an empty one too.
  if (answer.body === undefined) return void response.end();
  response.setHeader("content-type", "application/json");
  response.setHeader("x-ratelimit-limit", 5);
  response.setHeader("x-ratelimit-remaining", 4);
  response.setHeader("x-ratelimit-reset-after", 1);
  response.end(JSON.stringify(answer.body));
}

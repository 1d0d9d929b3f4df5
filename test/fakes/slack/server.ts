/**
 * A small Slack for tests: Web API, Socket Mode, signed HTTP requests and response_urls, on one port of 127.0.0.1.
 *
 *   const slack = await startFakeSlack();                      // Socket Mode
 *   const slack = await startFakeSlack({ requestUrl });        // HTTP mode: requests go there, signed with `secret`
 *   ... config: { token: slack.botToken, appToken: slack.appToken, apiUrl: slack.apiUrl }
 *   const { ack } = await slack.slash("show claude-lan");      // a person types /quota show claude-lan
 *   await slack.click(slack.shown[0], "refresh");              // a person clicks
 *   await slack.mention("<@U0BOT> resets");                    // a person mentions the bot
 *   slack.shown                                                // what people see; slack.calls: what was asked
 *   slack.files                                                // what was uploaded, and where it is seen
 *   slack.fail("chat.postMessage", { kind: "drop-after" });    // the next such request goes wrong, see Fault
 *   slack.hangUp(); slack.disconnect("refresh_requested"); await slack.vanish(); await slack.comeBack();
 *   await slack.stop();
 *
 * A wrong token gets invalid_auth; a method that is not modelled gets unknown_method. Envelopes go to one socket each;
 * one that nobody takes is not delivered again unless the test does it (`again`).
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createConversations, type Said, type Shown } from "./conversations.ts";
import { answerJson, createFaults, type Fault, spoil } from "./faults.ts";
import { createFiles, type Uploaded } from "./files.ts";
import { openLink } from "./link.ts";
import type { Room } from "./reading.ts";
import { post } from "./signed.ts";
import { createWebApi, formBody, type Payload } from "./web-api.ts";

export interface Envelope {
  envelope_id: string;
  type: "slash_commands" | "interactive" | "events_api";
  accepts_response_payload: boolean;
  payload: Payload;
  retry_attempt?: number;
  retry_reason?: string;
}

/** How a delivery went. */
interface Delivered {
  /** Body of the acknowledgement; undefined when none came. */
  ack: Payload | undefined;
  /** Milliseconds until it came. */
  after: number;
  /** Later than Slack waits: the body is not shown. */
  late: boolean;
  /** In HTTP mode. */
  status?: number | undefined;
}

const ackWithin = 3_000;

export async function startFakeSlack(options: { requestUrl?: string } = {}) {
  const botToken = "xoxb-fake-bot";
  const appToken = "xapp-fake-app";
  const secret = "fake-signing-secret";
  const channel = "C01GENERAL";
  const user = "U01ALICE";
  const bot = "U0BOT";

  const rooms: Room[] = [
    { id: channel, name: "general", joined: true },
    { id: "C02QUOTA", name: "ai-quota", joined: true },
    { id: "C123", name: "ops", joined: true },
  ];
  const lacking = new Set<string>();
  const conversations = createConversations();
  const files = createFiles();
  const faults = createFaults();
  const calls: { method: string; token: string; body: Payload; at: number }[] = [];
  let takesTables = true;
  let last: { envelope: Envelope; responsePath?: string | undefined } | undefined;
  const link = await openLink({ onRequest, refusesSockets: () => faults.take("websocket") !== undefined });
  const { socketUrl, urlOf } = link;
  const webApi = createWebApi({
    ...{ conversations, files, rooms, lacking },
    ...{ botToken, appToken, bot, socketUrl, urlOf, refuses },
  });

  async function onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    if (path.startsWith("/upload/")) return receive(request, bytes, response);
    const text = bytes.toString();
    const method = path.startsWith("/api/") ? path.slice("/api/".length) : "response_url";
    const token = String(request.headers.authorization).replace("Bearer ", "");
    const body = method === "response_url" ? JSON.parse(text) : formBody(text);
    calls.push({ method, token, body, at: Date.now() });
    const fault = faults.take(method);
    if (spoil(fault, response)) return;
    // A fault that is left drops the answer to what has been done.
    if (method !== "response_url") {
      const answer = webApi(method, token, body);
      if (fault === undefined) answerJson(response, answer);
    } else {
      const status = refuses(body) ? 400 : conversations.respond(path, body);
      const words: Record<number, string> = { 200: "ok", 400: "invalid_blocks", 404: "expired_url" };
      if (fault === undefined) response.writeHead(status).end(words[status]);
    }
    if (fault?.kind === "drop-after") response.destroy();
  }

  function receive(request: IncomingMessage, bytes: Buffer, response: ServerResponse): void {
    calls.push({ method: "upload", token: "", body: {}, at: Date.now() });
    if (spoil(faults.take("upload"), response)) return;
    const taken = files.receive(request.url ?? "", bytes, String(request.headers["content-type"]));
    response.writeHead(taken ? 200 : 400).end(taken ? "OK" : "bad length");
  }

  function refuses(said: Said): boolean {
    return !takesTables && (said.blocks ?? []).some(({ type }) => type === "table");
  }

  async function deliver(envelope: Envelope, responsePath?: string): Promise<Delivered> {
    last = { envelope, responsePath };
    const sentAt = Date.now();
    const { ack, status } =
      options.requestUrl === undefined
        ? { ack: await link.deliver(envelope), status: undefined }
        : await post(envelope, options.requestUrl, secret);
    const after = Date.now() - sentAt;
    const late = after > ackWithin;
    if (responsePath !== undefined && ack !== undefined && !late)
      conversations.acknowledged(responsePath, ack);
    return { ack, after, late, status };
  }

  function envelope(type: Envelope["type"], payload: Payload): Envelope {
    return { envelope_id: randomUUID(), type, accepts_response_payload: type !== "events_api", payload };
  }

  return {
    botToken,
    appToken,
    secret,
    channel,
    user,
    get apiUrl() {
      return urlOf("/api/");
    },
    /** What people see, oldest first. */
    shown: conversations.shown as readonly Shown[],
    /** Every request to the Web API and to a response_url, answered or not. */
    calls: calls as readonly Readonly<(typeof calls)[number]>[],
    /** The channels there are; tests add, change and delete them. */
    rooms,
    /** Scopes that the installation lacks; tests add to them. */
    lacking,
    /** Somebody else says something in a channel. */
    say: (said: Said & { channel: string; metadata?: object; by: string }): Shown =>
      conversations.show({ via: "chat.postMessage", ...said }),
    /** Somebody deletes a message. */
    remove: conversations.remove,
    /** Files that were announced, with what came of them. */
    files: files.files as readonly Uploaded[],
    /** Open sockets now, and how many there have been. */
    sockets: link.counts,
    /** Lets the next `times` requests to the target go wrong. */
    fail: (target: string, fault: Fault, times = 1) => faults.add(target, fault, times),
    /** From now on blocks of type `table` are invalid. */
    refuseTables: () => {
      takesTables = false;
    },

    /** A person types `/quota` and the text. Resolves once acknowledged, or given up. */
    async slash(text: string, by = user): Promise<Delivered & { responsePath: string }> {
      const path = conversations.open({ channel, user: by });
      const payload = {
        command: "/quota",
        text,
        user_id: by,
        user_name: "alice",
        channel_id: channel,
        team_id: "T01",
        api_app_id: "A01",
        response_url: urlOf(path),
        trigger_id: `${randomUUID()}`,
      };
      return { ...(await deliver(envelope("slash_commands", payload), path)), responsePath: path };
    },
    /** A person clicks a button of a shown message. */
    async click(message: Shown | undefined, actionId: string, by = user): Promise<Delivered> {
      const buttons = message?.blocks.flatMap((block) =>
        block.type === "actions" ? (block.elements ?? []) : [],
      );
      const button = buttons?.find(({ action_id }) => action_id === actionId);
      if (message === undefined || button === undefined) throw new Error(`there is no button ${actionId}`);
      const payload = {
        type: "block_actions",
        user: { id: by, team_id: "T01" },
        team: { id: "T01" },
        channel: { id: message.channel },
        container: { type: "message", message_ts: message.ts, is_ephemeral: message.onlyFor !== undefined },
        actions: [{ ...button, block_id: "b", action_ts: conversations.nextTs() }],
        response_url: urlOf(conversations.open({ channel: message.channel, user: by, original: message })),
        trigger_id: randomUUID(),
      };
      return await deliver(envelope("interactive", payload));
    },
    /** A person writes a message that mentions the bot. */
    async mention(text: string, extra: Payload = {}): Promise<Delivered & { ts: string }> {
      const ts = conversations.nextTs();
      const payload = {
        type: "event_callback",
        event_id: `Ev${randomUUID()}`,
        team_id: "T01",
        api_app_id: "A01",
        authorizations: [{ team_id: "T01", user_id: bot, is_bot: true }],
        event: { type: "app_mention", user, text, ts, channel, event_ts: ts, ...extra },
      };
      return { ...(await deliver(envelope("events_api", payload))), ts };
    },
    /** Delivers the last envelope once more; with a retry number as Slack does for an event it got no answer to. */
    async again(retry?: number): Promise<Delivered> {
      if (last === undefined) throw new Error("nothing has been delivered");
      const sameEvent = { ...last.envelope, retry_attempt: retry ?? 1, retry_reason: "timeout" };
      if (retry === undefined) return await deliver(last.envelope, last.responsePath);
      return await deliver({ ...sameEvent, envelope_id: randomUUID() }, last.responsePath);
    },
    /** Sends any text to every socket. */
    sendRaw: link.broadcast,
    /** How often a response_url has been used. */
    usesOf: conversations.usesOf,

    /** Tells all sockets to go, as Slack does every few hours. */
    disconnect: (reason: "warning" | "refresh_requested" | "link_disabled") =>
      link.broadcast(JSON.stringify({ type: "disconnect", reason, debug_info: {} })),
    /** Cuts all sockets without a word. */
    hangUp: link.hangUp,
    /** Refuses all connections from now on. */
    vanish: link.vanish,
    /** Listens again, on the same port. */
    comeBack: link.comeBack,
    stop: link.vanish,
  };
}

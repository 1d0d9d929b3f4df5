import { createHmac } from "node:crypto";
import { type Dispatcher, request } from "undici";
import type { Message } from "../core/domain/message.ts";
import type { Channel, Clock, PostOptions } from "../core/ports.ts";
import { iso } from "../core/services/json-fields.ts";
import { deliveryId } from "./delivery-id.ts";
import { eventJson } from "./event-json.ts";
import { plainBody } from "./plain.ts";
import { refusedWith, unreachable } from "./webhook-failures.ts";

export interface WebhookOptions {
  /** "webhook:ops". */
  id: string;
  /** Secret as a whole: a token may stand anywhere in it. */
  url: string;
  /** What deliveries are signed with. */
  secret?: string | undefined;
  dispatcher: Dispatcher;
  clock: Clock;
  /** Zone of the times of day in `text`. */
  timezone: string;
  /** The program's own version. */
  version: string;
  /** Milliseconds for a whole exchange; 10 s unless told otherwise. */
  timeout?: number | undefined;
}

/** Answers are not used; more of one is not even read. */
const mostAnswer = 65_536;

/**
 * Posts messages as JSON to an address on the web, as docs/events.md describes. `post` tells the id of the delivery.
 * Posting again is always safe: receivers know a repeat by that id.
 */
export function createWebhook(options: WebhookOptions): Channel {
  const { id, clock } = options;
  const { target, authorization } = addressOf(options.url);
  const host = target.host;

  async function post(message: Message, about: PostOptions = {}): Promise<string> {
    const delivery = deliveryId(about);
    const now = clock.now();
    const body = JSON.stringify({
      id: delivery,
      kind: about.kind ?? (about.events?.length ? "alert" : "message"),
      at: iso(now),
      title: message.title,
      text: plainBody(message, { now, timezone: options.timezone }),
      tone: message.tone,
      events: (about.events ?? []).map(eventJson),
    });
    const timestamp = String(Math.floor(now / 1000));
    const headers = {
      "content-type": "application/json",
      "user-agent": `quotabot/${options.version}`,
      "x-quotabot-delivery": delivery,
      "x-quotabot-timestamp": timestamp,
      ...(options.secret === undefined
        ? {}
        : { "x-quotabot-signature": signature(options.secret, timestamp, body) }),
      ...authorization,
    };
    const answer = await send(headers, body);
    // Read on so that the connection can be used again, up to where it is cheaper to open another one.
    void answer.body.dump({ limit: mostAnswer }).catch(() => {});
    if (answer.statusCode >= 200 && answer.statusCode < 300) return delivery;
    throw refusedWith(answer, { id, host, now: clock.now() });
  }

  async function send(headers: Record<string, string>, body: string): Promise<Dispatcher.ResponseData> {
    const { dispatcher, timeout = 10_000 } = options;
    try {
      // One clock for the whole exchange: a server that sends a byte now and then would reset any other.
      return await request(target, {
        method: "POST",
        headers,
        body,
        dispatcher,
        signal: AbortSignal.timeout(timeout),
      });
    } catch (error) {
      throw unreachable(error, { id, host });
    }
  }

  return { id, post, find: async () => undefined };
}

/** `sha256=` and the HMAC of timestamp, a dot and the body, in hexadecimal digits. */
function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;
}

/** A user and a password in the address become a header, as nothing else would send them. */
function addressOf(url: string): { target: URL; authorization: { authorization?: string } } {
  const target = new URL(url);
  const { username, password } = target;
  if (username === "" && password === "") return { target, authorization: {} };
  target.username = "";
  target.password = "";
  const pair = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
  return { target, authorization: { authorization: `Basic ${pair}` } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

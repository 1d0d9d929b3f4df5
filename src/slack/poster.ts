import type { types } from "@slack/bolt";
import type { AppError } from "../core/errors.ts";
import { type Failure, failureOf } from "./failures.ts";
import type { Rendered } from "./render.ts";
import { pause } from "./waiting.ts";
import { createWebClient, type WebClientOptions } from "./web-client.ts";

/** A message ready to send; `plain` asks for one without native tables. */
export type Draft = (plain: boolean) => Rendered;

export type Undelivered = { sent: false } & Failure;
export type Delivery = { sent: true; channel: string; ts: string } | Undelivered;

export interface PostOptions {
  /** The message to answer below. */
  thread?: string | undefined;
  /** What the post can be found by; see `metadataOf`. */
  key?: string | undefined;
}

export interface Poster {
  /** Posts to a channel, by id or name, or to a person. Tries once: a lost answer must not become a second message. */
  post(channel: string, draft: Draft, options?: PostOptions): Promise<Delivery>;
  /** Replaces a posted message. */
  update(channel: string, ts: string, draft: Draft): Promise<Delivery>;
  /** Slack's code for why the token does not work; undefined when it does, or when Slack could not be asked. */
  tokenProblem(): Promise<string | undefined>;
}

/** How a post carries its key, unseen by people. */
export function metadataOf(key: string): { event_type: string; event_payload: { key: string } } {
  return { event_type: "quotabot_post", event_payload: { key } };
}

/** Posts through a client of its own. */
export function createPoster(options: WebClientOptions): Poster {
  const client = createWebClient(options);

  return {
    post: (channel, draft, { thread, key } = {}) =>
      send(draft, (message) =>
        client.chat.postMessage({
          channel,
          ...message,
          ...(thread !== undefined && { thread_ts: thread }),
          ...(key !== undefined && { metadata: metadataOf(key) }),
          parse: "none",
          unfurl_links: false,
          unfurl_media: false,
        }),
      ),
    update: (channel, ts, draft) =>
      send(draft, (message) => client.chat.update({ channel, ts, ...message, parse: "none" })),
    async tokenProblem() {
      try {
        await client.auth.test();
        return undefined;
      } catch (error) {
        return failureOf(error).code;
      }
    },
  };
}

interface Sent {
  channel?: string | undefined;
  ts?: string | undefined;
}

async function send(
  draft: Draft,
  call: (message: { text: string; blocks: types.KnownBlock[] }) => Promise<Sent>,
): Promise<Delivery> {
  const first = await attempt(() => call(draft(false)));
  // Workspaces get new kinds of blocks at different times.
  return !first.sent && isBlockProblem(first.code) ? attempt(() => call(draft(true))) : first;
}

async function attempt(call: () => Promise<Sent>): Promise<Delivery> {
  try {
    const { channel = "", ts = "" } = await call();
    return { sent: true, channel, ts };
  } catch (error) {
    return { sent: false, ...failureOf(error) };
  }
}

/** Whether Slack's code says that it does not like the blocks. */
function isBlockProblem(code: string | undefined): boolean {
  return code === "invalid_blocks" || code === "invalid_blocks_format" || code === "msg_blocks_too_long";
}

/** The longest that an answer to a person is held back in total, in milliseconds. */
const patience = 30_000;

/**
 * Sends again, as long as a person would wait, what Slack surely did not take. `repeatable` is for what may be done
 * twice without harm: that is sent again after any passing failure.
 */
export async function patiently<Done extends { sent: true }>(
  deliver: () => Promise<Done | Undelivered>,
  options: { signal: AbortSignal; repeatable: boolean },
): Promise<Done | Undelivered> {
  let waited = 0;
  for (;;) {
    const delivery = await deliver();
    if (delivery.sent || !delivery.error.retryable) return delivery;
    if (!delivery.undone && !options.repeatable) return delivery;
    const wait = waitOf(delivery.error);
    if (waited + wait > patience || options.signal.aborted) return delivery;
    await pause(wait, options.signal);
    waited += wait;
  }
}

function waitOf(error: AppError): number {
  return Math.max(200, error.details.retryAfter ?? 1_000);
}

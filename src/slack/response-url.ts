import type { Log } from "../core/ports.ts";
import type { Draft } from "./poster.ts";
import { pause } from "./waiting.ts";

interface Reply {
  response_type?: "in_channel" | "ephemeral";
  replace_original?: boolean;
}

/** Answers through the address that came with a command or a click. Resolves with whether Slack took it. */
export type Respond = (draft: Draft, reply: Reply) => Promise<boolean>;

/** How one try ended: shown, refused for good, surely not shown, or nobody knows. */
type Outcome = "shown" | "refused" | { undone: boolean; reason: string; wait: number };

/** A response_url takes 5 posts, so the tries are few. */
const tries = 3;
/** Nobody waits longer for an answer, in milliseconds. */
const longestWait = 10_000;

/**
 * Posts to a response_url: good for 5 posts within 30 minutes (docs.slack.dev/interactivity/handling-user-interaction,
 * checked 2026-11-22). What Slack has surely not shown is tried again, as is a replacement, which may be done twice; a
 * new message whose outcome nobody knows is not. A failure is logged and that is all: there is no other way to reach
 * the person.
 */
export function createRespond(
  url: string,
  options: { log: Log; timeout: number; stopping: AbortSignal },
): Respond {
  async function post(draft: Draft, reply: Reply, plain: boolean): Promise<Response> {
    return await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ ...reply, ...draft(plain) }),
      redirect: "error",
      signal: AbortSignal.timeout(options.timeout),
    });
  }

  async function attempt(draft: Draft, reply: Reply): Promise<Outcome> {
    try {
      let answer = await post(draft, reply, false);
      // Not shown at all, so this is no repetition.
      if (answer.status === 400 && (await answer.text()).includes("invalid_blocks"))
        answer = await post(draft, reply, true);
      await answer.body?.cancel();
      if (answer.ok) return "shown";
      const wait = Number(answer.headers.get("retry-after") ?? Number.NaN) * 1000 || 500;
      if (answer.status === 429 || answer.status >= 500)
        return { undone: true, reason: `HTTP ${answer.status}`, wait };
      options.log.warn({ reason: `HTTP ${answer.status}` }, refused);
      return "refused";
    } catch (error) {
      const reason = error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable";
      return { undone: false, reason, wait: 500 };
    }
  }

  return async (draft, reply) => {
    for (let left = tries; ; left--) {
      const outcome = await attempt(draft, reply);
      if (outcome === "shown") return true;
      if (outcome === "refused") return false;
      const again = outcome.undone || reply.replace_original === true;
      if (!again || left <= 1 || outcome.wait > longestWait || options.stopping.aborted) {
        options.log.warn({ reason: outcome.reason }, refused);
        return false;
      }
      await pause(outcome.wait, options.stopping);
    }
  };
}

const refused = "Slack did not take an answer to a command or click";

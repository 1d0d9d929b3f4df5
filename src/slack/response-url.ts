import type { Log } from "../core/ports.ts";
import type { Draft } from "./poster.ts";

interface Reply {
  response_type?: "in_channel" | "ephemeral";
  replace_original?: boolean;
}

/** Answers through the address that came with a command or a click. Resolves with whether Slack took it. */
export type Respond = (draft: Draft, reply: Reply) => Promise<boolean>;

/**
 * Posts to a response_url: good for 5 posts within 30 minutes (docs.slack.dev/interactivity/handling-user-interaction,
 * checked 2026-11-22). One try each, because it cannot be known whether a lost one was shown. A failure is logged and
 * that is all: there is no other way to reach the person.
 */
export function createRespond(url: string, options: { log: Log; timeout: number }): Respond {
  async function post(draft: Draft, reply: Reply, plain: boolean): Promise<Response> {
    return await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ ...reply, ...draft(plain) }),
      redirect: "error",
      signal: AbortSignal.timeout(options.timeout),
    });
  }

  return async (draft, reply) => {
    try {
      let answer = await post(draft, reply, false);
      // Not shown at all, so this is no repetition.
      if (answer.status === 400 && (await answer.text()).includes("invalid_blocks"))
        answer = await post(draft, reply, true);
      await answer.body?.cancel();
      if (answer.ok) return true;
      options.log.warn({ status: answer.status }, "Slack did not take an answer to a command or click");
    } catch (error) {
      const reason = error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable";
      options.log.warn({ reason }, "Slack did not take an answer to a command or click");
    }
    return false;
  };
}

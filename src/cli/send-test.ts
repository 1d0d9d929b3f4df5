import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "../core/errors.ts";
import { didYouMean, nearest } from "../core/matching.ts";
import { testReport } from "../core/messages/channel-test.ts";
import { sendTests, type TestChannels } from "../core/services/send-test.ts";
import type { CliOptions } from "./session.ts";
import { type OutputOptions, print, printJson, withSession } from "./with-session.ts";

/**
 * Posts a test message to one channel, or to all that alerts and digests go to, and prints how that went.
 *
 * @returns whether all of them took it
 * @throws request_invalid for a channel that nothing is configured to go to, not_found when there is none at all
 */
export function sendTest(
  cli: CliOptions,
  channel: string | undefined,
  options: OutputOptions,
): Promise<boolean> {
  // A bot that runs is not asked: what this posts is all there is to see.
  return withSession(cli, { config: options.config, fromDisk: true }, async (session) => {
    const { ids, post } = session.channels;
    const results = await sendTests(channel === undefined ? all(ids) : [known(channel, ids)], {
      post: async (id, message) =>
        id === "terminal" ? print(cli, session, options, message) : await post(id, message),
      sleep: (milliseconds) => pause(milliseconds, undefined, { ref: false }),
    });
    if (options.json)
      printJson(cli, { channels: results.map((one) => ({ ...one, reason: one.reason ?? null })) });
    else print(cli, session, options, testReport(results));
    return results.every(({ ok }) => ok);
  });
}

function all(ids: TestChannels["ids"]): TestChannels["ids"] {
  if (ids.length > 0) return ids;
  throw new AppError("not_found", "No channel is configured: add `alerts` or `digest` with `channels`.");
}

function known(channel: string, ids: TestChannels["ids"]): string {
  if (ids.includes(channel)) return channel;
  const hint = didYouMean(nearest(channel, ids)) || listed(ids);
  throw new AppError("request_invalid", `No alert or digest goes to "${channel}".${hint}`);
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? "" : ` They go to ${ids.join(", ")}.`;
}

import { onTestFinished } from "vitest";
import type { Message } from "../../src/core/domain/message.ts";
import { createSlack, type SlackTimings } from "../../src/slack/app.ts";
import { freePort } from "../fakes/free-port.ts";
import { startFakeSlack } from "../fakes/slack/server.ts";
import { type Answer, commandsOf, recordingLog } from "../fakes/slack/stubs.ts";

/** Short enough for tests; everything else as in production. */
const quick: Partial<SlackTimings> = {
  shortestPause: 40,
  longestPause: 200,
  stable: 1_000,
  finish: 2_000,
  goodbye: 100,
};

export interface SetupOptions {
  answer?: Answer;
  mode?: "socket" | "http";
  timings?: Partial<SlackTimings>;
  admins?: readonly string[];
  tokens?: { token?: string; appToken?: string };
  /** The fake is not there yet when the bot starts. */
  absent?: boolean;
}

/** The real bot against the fake Slack, both stopped after the test; unhandled rejections are collected. */
export async function setUp(options: SetupOptions = {}) {
  const port = options.mode === "http" ? await freePort() : undefined;
  const fake = await startFakeSlack(
    port === undefined ? {} : { requestUrl: `http://127.0.0.1:${port}/slack/events` },
  );
  if (options.absent) await fake.vanish();
  const escaped: unknown[] = [];
  const onEscaped = (reason: unknown) => escaped.push(reason);
  process.on("unhandledRejection", onEscaped);
  const log = recordingLog();
  const slack = createSlack({
    config: {
      token: fake.botToken,
      ...(port === undefined ? { appToken: fake.appToken } : { signingSecret: fake.secret, port }),
      ...options.tokens,
      apiUrl: fake.apiUrl,
    },
    commands: commandsOf(options.answer ?? answering()),
    isAdmin: (user) => options.admins?.includes(user) ?? false,
    clock: { now: () => Date.now() },
    log,
    timezone: "Asia/Ho_Chi_Minh",
    timings: { ...quick, ...options.timings },
  });
  onTestFinished(async () => {
    await slack.stop();
    await fake.stop().catch(() => undefined);
    process.off("unhandledRejection", onEscaped);
  });
  const started = slack.start();
  await started.catch(() => {});
  return { fake, slack, log, escaped, started };
}

/** Commands that answer any line with these messages, the first at once and each later one after a while. */
export function answering(...messages: Message[]): Answer {
  return async function* () {
    for (const [index, message] of messages.entries()) {
      if (index > 0) await sleep(30);
      yield message;
    }
  };
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until the check passes, and fails with what it says otherwise. */
export async function until(check: () => boolean | undefined, what: string, patience = 5_000): Promise<void> {
  const end = Date.now() + patience;
  while (!check()) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await sleep(10);
  }
}

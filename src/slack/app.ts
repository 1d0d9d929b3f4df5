import type { Commands } from "../core/commands/command.ts";
import type { Message } from "../core/domain/message.ts";
import { AppError } from "../core/errors.ts";
import type { Channel, Clock, Log } from "../core/ports.ts";
import { within } from "../core/within.ts";
import { createBolt, createLibraryLogger } from "./bolt.ts";
import { createChannel } from "./channel.ts";
import { type Connection, type ConnectionTimings, type Health, keepOpen } from "./connection.ts";
import { isBadToken } from "./failures.ts";
import { listen } from "./listeners.ts";
import { createLookup } from "./lookup.ts";
import { createPoster, type Draft } from "./poster.ts";
import { type RenderOptions, renderSlack } from "./render.ts";
import { openSocket } from "./socket.ts";
import { createUploads } from "./uploads.ts";
import { createInFlight } from "./waiting.ts";
import { listenForRequests } from "./web-hook.ts";

export interface SlackConfig {
  /** Bot token, xoxb-... */
  token: string;
  /** App-level token, xapp-...: Socket Mode. */
  appToken?: string | undefined;
  /** With `port`: HTTP mode. */
  signingSecret?: string | undefined;
  port?: number | undefined;
  /** Default: 127.0.0.1. */
  host?: string | undefined;
  /** Default: https://slack.com/api/ */
  apiUrl?: string | undefined;
}

/** All in milliseconds. */
export interface SlackTimings extends ConnectionTimings {
  answerWithAck: number;
  respond: number;
  /** How long better answers are waited for where the first one cannot be replaced. */
  settle: number;
  /** One Web API call. */
  call: number;
  /** The bytes of one file. */
  upload: number;
  pongWithin: number;
  /** How long `stop` waits for answers that are under way. */
  finish: number;
  /** How long a socket may take to say goodbye. */
  goodbye: number;
}

const defaultTimings: SlackTimings = {
  open: 15_000,
  shortestPause: 500,
  longestPause: 5_000,
  stable: 10_000,
  answerWithAck: 200,
  respond: 5_000,
  settle: 2_000,
  call: 10_000,
  upload: 60_000,
  pongWithin: 5_000,
  finish: 4_000,
  goodbye: 500,
};

export interface SlackOptions {
  config: SlackConfig;
  commands: Pick<Commands, "answer">;
  /** Whether the configuration lets this Slack user change things. */
  isAdmin(user: string): boolean;
  clock: Clock;
  log: Log;
  /** The team's time zone, where Slack does not convert times to the reader's. */
  timezone: string;
  timings?: Partial<SlackTimings> | undefined;
}

export interface Slack {
  /**
   * Connects. Resolves when connected, or when the first try failed: it goes on trying by itself. Throws
   * config_invalid when Slack refuses a token, or the port of HTTP mode is not to be had.
   */
  start(): Promise<void>;
  /** Takes nothing new, lets answers under way finish for some seconds, and disconnects. Never rejects. */
  stop(): Promise<void>;
  health(): Health;
  /** The place of that id: "slack:#ai-quota", "slack:C123", or "slack:U123" for a person's direct messages. */
  channel(id: string): Channel;
}

/** The bot on Slack. Throws config_invalid when the configuration names neither Socket Mode nor HTTP mode. */
export function createSlack(options: SlackOptions): Slack {
  const { config, clock, log, timezone } = options;
  const timings = { ...defaultTimings, ...options.timings };
  const apiUrl = config.apiUrl?.replace(/\/*$/, "/");
  const logger = createLibraryLogger(log);
  const inFlight = createInFlight();
  const stopping = new AbortController();
  const web = { token: config.token, apiUrl, timeout: timings.call, logger };
  const poster = createPoster(web);
  const lookup = createLookup({ ...web, clock });
  const uploads = createUploads({ ...web, uploadTimeout: timings.upload });
  const app = createBolt({
    token: config.token,
    apiUrl,
    timeout: timings.call,
    clock,
    log,
    logger,
    track: inFlight.track,
  });
  const draft = (message: Message, extra?: Partial<RenderOptions>): Draft => {
    return (plain) =>
      renderSlack(message, {
        now: clock.now(),
        timezone,
        tables: plain ? "preformatted" : "native",
        ...extra,
      });
  };
  listen(app, { ...options, poster, uploads, draft, timings, stopping: stopping.signal });
  const connection = connect();
  let tokenProblem: { code: string; since: number } | undefined;

  function connect(): Connection {
    const { appToken, signingSecret, port, host = "127.0.0.1" } = config;
    if (appToken !== undefined) {
      const socket = { app, appToken, apiUrl, logger, ...timings };
      return keepOpen({ open: (signal) => openSocket(socket, signal), timings, clock, log });
    }
    if (signingSecret !== undefined && port !== undefined)
      return listenForRequests({ app, signingSecret, port, host, logger, clock, log });
    throw new AppError(
      "config_invalid",
      "slack: needs appToken (Socket Mode), or signingSecret and port (HTTP mode).",
    );
  }

  async function checkToken(): Promise<void> {
    const code = await poster.tokenProblem();
    if (code === undefined || !isBadToken(code)) return;
    tokenProblem = { code, since: clock.now() };
    log.error({ code }, "Slack does not accept the bot token: put a valid one into the configuration");
  }

  function refusals(): string[] {
    const { refused, detail } = connection.health();
    const appToken = refused && detail !== undefined ? [`slack.appToken: ${detail}`] : [];
    return tokenProblem === undefined
      ? appToken
      : [`slack.token: ${badBotToken(tokenProblem.code)}`, ...appToken];
  }

  return {
    async start() {
      await Promise.all([connection.start(), checkToken()]);
      const problems = refusals();
      if (problems.length > 0) throw new AppError("config_invalid", "Slack refuses the bot.", { problems });
    },
    async stop() {
      connection.drain();
      await within(inFlight.idle(), timings.finish);
      stopping.abort();
      await connection.close();
    },
    health() {
      if (tokenProblem === undefined) return connection.health();
      const { code, since } = tokenProblem;
      return { state: "down", since, detail: badBotToken(code) };
    },
    channel: (id) => createChannel(id, { poster, lookup, draft }),
  };
}

function badBotToken(code: string): string {
  return `Slack does not accept the bot token (${code}).`;
}

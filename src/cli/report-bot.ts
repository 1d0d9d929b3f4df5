import { AppError } from "../core/errors.ts";
import type { Reporting } from "./session.ts";

/** Where reports go, as given on the command line; the environment knows the rest. */
export interface BotOptions {
  url?: string | undefined;
  key?: string | undefined;
}

/** A bot that takes reports. */
export interface Bot {
  /** Its address, which ends with a slash. */
  base: URL;
  /** With the scope ingest. */
  key: string;
}

const usualUrl = "http://127.0.0.1:8787";

/** Throws request_invalid when there is no key, or the address is none. */
export function findBot(reporting: Reporting, options: BotOptions): Bot {
  const key = options.key ?? reporting.key;
  if (key === undefined || key === "") {
    throw new AppError("request_invalid", "Set QUOTABOT_KEY to a key of the bot with the scope ingest.");
  }
  return { base: findBotAddress(reporting, options), key };
}

/** Throws request_invalid when the address is none. */
export function findBotAddress(reporting: Reporting, options: BotOptions): URL {
  const written = options.url ?? reporting.url ?? usualUrl;
  if (!/^https?:\/\//i.test(written) || !URL.canParse(written)) {
    throw new AppError("request_invalid", "The bot's address must begin with http:// or https://.");
  }
  return new URL(written.replace(/\/*$/, "/"));
}

/** Posts JSON to the bot, and follows no redirect, which would carry the key elsewhere. Undefined: nobody answers. */
export function postToBot(
  bot: Bot,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Response | undefined> {
  return fetch(new URL(path, bot.base), {
    method: "POST",
    headers: { authorization: `Bearer ${bot.key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "error",
    signal,
  }).catch(() => undefined);
}

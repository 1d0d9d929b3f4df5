import { setTimeout as pause } from "node:timers/promises";
import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes } from "discord.js";
import { AppError } from "../core/errors.ts";

// Codes of docs.discord.com/developers/topics/opcodes-and-status-codes, checked 2026-11-22.
const advice: Readonly<Record<number, string>> = {
  [RESTJSONErrorCodes.MissingAccess]: "The bot does not see the channel: give it View Channel there.",
  [RESTJSONErrorCodes.MissingPermissions]:
    "The bot may not do that: give it Send Messages and Read Message History in the channel.",
  [RESTJSONErrorCodes.UnknownChannel]:
    "There is no such channel, or it has been deleted: name another one in the configuration.",
  [RESTJSONErrorCodes.UnknownMessage]: "The message is gone: somebody has deleted it.",
  [RESTJSONErrorCodes.UnknownUser]: "There is no such person.",
  [RESTJSONErrorCodes.CannotSendMessagesToThisUser]:
    "The person takes no direct messages from the bot: they can allow them in the server's privacy settings.",
  [RESTJSONErrorCodes.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds]:
    "The person shares no server with the bot.",
};

/** Said of one message, and for good. */
const gone = new Set<number>([
  RESTJSONErrorCodes.UnknownMessage,
  RESTJSONErrorCodes.CannotEditMessageAuthoredByAnotherUser,
]);

const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/**
 * Makes the call, and again after each of the pauses (milliseconds) as long as its failure may be repeated. Throws
 * delivery_failed or delivery_refused.
 */
export async function repeat<T>(
  pauses: readonly number[],
  call: (again: boolean) => Promise<T>,
  isRepeatable: (error: unknown) => boolean = isUnclear,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await call(tries > 0);
    } catch (error) {
      const wait = pauses[tries];
      if (wait === undefined || !isRepeatable(error)) throw deliveryError(error);
      await pause(wait * (0.75 + Math.random() / 2));
    }
  }
}

/** Whether nobody knows what became of the request: Discord gave no reason, or no answer. */
function isUnclear(error: unknown): boolean {
  return !(error instanceof DiscordAPIError || error instanceof RateLimitError);
}

/** Whether it may have been done all the same. An answer that says it failed is believed; one of the way's is not. */
export function mayBeDone(error: unknown): boolean {
  if (error instanceof HTTPError) return error.status === 504;
  return isUnclear(error) && !neverSent.has(reason(error));
}

export function isCode(error: unknown, code: number): boolean {
  return error instanceof DiscordAPIError && error.code === code;
}

function deliveryError(error: unknown): AppError {
  if (error instanceof RateLimitError) {
    const retryAfter = Math.max(0, error.retryAfter);
    return new AppError("delivery_failed", `Discord asks to wait ${Math.ceil(retryAfter / 1000)} s.`, {
      retryAfter,
    });
  }
  if (error instanceof DiscordAPIError) {
    const what =
      error.status === 401
        ? "Discord does not accept the token: put a valid one into the configuration and restart."
        : advice[Number(error.code)];
    const said = `${error.message} (${error.code})`;
    const details = gone.has(Number(error.code)) ? { gone: true } : {};
    return new AppError("delivery_refused", `${what ?? "Discord refused."} Discord says: ${said}`, details);
  }
  return new AppError("delivery_failed", `Discord cannot be reached (${reason(error)}).`);
}

/** A failure to reach Discord in a word or two: "ECONNREFUSED", "HTTP 502". */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error instanceof HTTPError) return `HTTP ${error.status}`;
  if ("code" in error && typeof error.code === "string") return error.code;
  const status = /^Unexpected server response: (\d+)$/.exec(error.message)?.[1];
  if (status !== undefined) return `HTTP ${status}`;
  return error.name === "Error" ? error.message : error.name;
}

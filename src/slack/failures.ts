import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from "@slack/web-api";
import { AppError } from "../core/errors.ts";

/** Why Slack did not take something. */
export interface Failure {
  error: AppError;
  /** Whether Slack surely did nothing, so that doing it again cannot do it twice. */
  undone: boolean;
  /** Slack's own code, when it gave one. */
  code?: string | undefined;
}

// Error codes of docs.slack.dev/reference/methods/{auth.test,apps.connections.open,chat.postMessage,chat.update,
// conversations.history}, checked 2026-11-22.
const badToken = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "user_removed_from_team",
  "team_disabled",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
]);
const passing = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
]);
const advice: Readonly<Record<string, string>> = {
  not_in_channel: "The bot is not in the channel: invite it there with /invite.",
  channel_not_found:
    "There is no such channel, or it is private and the bot is not in it: check the name, or invite the bot.",
  is_archived: "The channel is archived: name another one in the configuration.",
  missing_scope: "The bot lacks a scope: install the app again with the current manifest.yml.",
  restricted_action: "The workspace does not allow the bot to post there.",
  messages_tab_disabled:
    "The app takes no direct messages: switch the Messages tab of its App Home on, as in the current manifest.yml.",
  message_not_found: "The message is gone: somebody has deleted it.",
  cant_update_message: "The message is none of the bot's: it cannot be changed.",
  edit_window_closed: "The workspace does not allow messages as old as this one to be changed.",
};
/** Said of one message, and for good. */
const gone = new Set(["message_not_found", "cant_update_message", "edit_window_closed"]);
/** Said by somebody on the way who has waited for an answer in vain. */
const noAnswer = new Set([408, 504]);
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** Whether a code of Slack's means that the token will not work however often it is tried. */
export function isBadToken(code: string | undefined): boolean {
  return code !== undefined && badToken.has(code);
}

/** Turns whatever a Web API call threw into what it means for a delivery. */
export function failureOf(error: unknown): Failure {
  if (error instanceof WebAPIRateLimitedError) return limited(error.retryAfter * 1000);
  if (error instanceof WebAPIPlatformError) return refused(error.data.error);
  if (error instanceof WebAPIHTTPError) {
    const { statusCode } = error;
    // An answer that says it failed is believed; only one that never came leaves open what was done.
    return failed(`Slack answered with HTTP ${statusCode}.`, statusCode >= 400 && !noAnswer.has(statusCode));
  }
  if (error instanceof WebAPIRequestError) {
    const cause = errorCode(error.original);
    return failed(
      "Slack cannot be reached, or did not answer in time.",
      cause !== undefined && neverSent.has(cause),
    );
  }
  // The client throws a bare error for a 429 that does not say how long to wait.
  if (error instanceof Error && error.message.startsWith("Retry header")) return limited(1_000);
  return failed("Slack could not be asked.", false);
}

function limited(retryAfter: number): Failure {
  const error = new AppError("delivery_failed", "Slack asks to slow down.", { retryAfter });
  return { error, undone: true };
}

function failed(message: string, undone: boolean): Failure {
  return { error: new AppError("delivery_failed", message), undone };
}

function refused(code: string): Failure {
  if (code === "ratelimited" || code === "rate_limited") return limited(1_000);
  if (passing.has(code)) return { ...failed(`Slack could not do it just now (${code}).`, false), code };
  const why = badToken.has(code)
    ? "Slack does not accept the token: put a valid one into the configuration and restart."
    : (advice[code] ?? "Slack refused the message.");
  const details = gone.has(code) ? { gone: true } : {};
  return { error: new AppError("delivery_refused", `${why} (${code})`, details), undone: true, code };
}

/** The system's code of a network error, which fetch wraps at least once. */
function errorCode(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return undefined;
}

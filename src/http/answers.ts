import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type AppError, isAppError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { HttpContext } from "./route.ts";

/** A failure as callers see it: `{ "error": { "code", "message" } }`, with `problems` when there are several. */
export interface Failure {
  code: string;
  message: string;
  problems?: readonly string[] | undefined;
}

const always = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** An answer that nobody may keep or take for anything but what it says it is. */
export function answerWith(
  body: string | Uint8Array<ArrayBuffer>,
  contentType: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { "content-type": contentType, ...always, ...headers } });
}

/**
 * The same, written to the connection in one piece: for what is answered thousands of times a second, where making a
 * Response and reading it again would cost more than everything else.
 */
export function answerAtOnce(
  context: HttpContext,
  body: string | Uint8Array<ArrayBuffer>,
  contentType: string,
): Response {
  const { outgoing } = context.env ?? {};
  if (outgoing === undefined) return answerWith(body, contentType);
  const length = Buffer.byteLength(body);
  outgoing.writeHead(200, { "content-type": contentType, "content-length": length, ...always });
  outgoing.end(body);
  return RESPONSE_ALREADY_SENT;
}

/** A value as JSON, in the shape that is told of it. */
export function json<Value>(value: Value): Response {
  return answerWith(JSON.stringify(value), "application/json");
}

export function failure(
  status: number,
  error: Failure,
  headers?: Readonly<Record<string, string>>,
): Response {
  return answerWith(JSON.stringify({ error }), "application/json", status, headers);
}

/** What the caller may know of a failure: all of one that is foreseen, nothing of any other, which the log tells. */
export function failureOf(path: string, error: unknown, log: Log): Response {
  if (isAppError(error)) {
    const { code, message, details } = error;
    if (error.status >= 500) log.error({ path, error }, "A request over HTTP failed.");
    return failure(error.status, { code, message, problems: details.problems }, tryAgain(error));
  }
  log.error({ path, error }, "A request over HTTP failed in a way that is not foreseen.");
  return failure(500, {
    code: "internal",
    message: "Something went wrong here. The log of the bot tells what.",
  });
}

/** Seconds after which another try can help, where nobody knows better. */
const pause = 5;

function tryAgain({ status, retryable, details }: AppError): Readonly<Record<string, string>> {
  if (!retryable || (status !== 503 && status !== 429)) return {};
  const seconds = details.retryAfter === undefined ? pause : Math.ceil(details.retryAfter / 1000);
  return { "retry-after": String(seconds) };
}

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { isAppError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";

/** Every failure looks like this: `{ "error": { "code", "message" } }`, with `problems` when there are several. */
export function failure(
  context: Context,
  status: number,
  error: { code: string; message: string; problems?: readonly string[] | undefined },
): Response {
  return context.json({ error }, status as ContentfulStatusCode);
}

/** What the caller may know of a failure: all of one that is foreseen, nothing of any other, which the log tells. */
export function failureOf(context: Context, error: unknown, log: Log): Response {
  if (isAppError(error)) {
    const { code, message, details } = error;
    if (error.status >= 500) log.error({ path: context.req.path, error }, "A request over HTTP failed.");
    return failure(context, error.status, { code, message, problems: details.problems });
  }
  log.error({ path: context.req.path, error }, "A request over HTTP failed in a way that is not foreseen.");
  return failure(context, 500, {
    code: "internal",
    message: "Something went wrong here. The log of the bot tells what.",
  });
}

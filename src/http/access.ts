import type { MiddlewareHandler } from "hono";
import { failure } from "./answers.ts";
import type { Caller, Scope } from "./keys.ts";

/** Lets only callers through whose key has the scope: 401 without a known key, 403 without the scope. */
export function createAccess(callerOf: (header: string | undefined) => Caller | undefined) {
  return (scope: Scope): MiddlewareHandler =>
    async (context, next) => {
      const caller = callerOf(context.req.header("authorization"));
      if (caller === undefined) {
        context.header("www-authenticate", "Bearer");
        return failure(context, 401, {
          code: "unauthorized",
          message: "This needs a key of http.keys, sent as `Authorization: Bearer KEY`.",
        });
      }
      if (!caller.scopes.has(scope)) {
        return failure(context, 403, {
          code: "forbidden",
          message: `The key "${caller.name}" lacks the scope ${scope}.`,
        });
      }
      return await next();
    };
}

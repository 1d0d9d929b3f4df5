import { failure } from "./answers.ts";
import type { Caller, Scope } from "./keys.ts";
import type { HttpContext, Route } from "./route.ts";

/** Lets only callers through whose key has the scope: 401 without a known key, 403 without the scope. */
export function createAccess(callerOf: (header: string | undefined) => Caller | undefined) {
  return (scope: Scope, route: Route) =>
    async (context: HttpContext): Promise<Response> => {
      const caller = callerOf(context.req.header("authorization"));
      if (caller === undefined) {
        const message = "This needs a key of http.keys, sent as `Authorization: Bearer KEY`.";
        return failure(401, { code: "unauthorized", message }, { "www-authenticate": "Bearer" });
      }
      if (!caller.scopes.has(scope)) {
        const message = `The key "${caller.name}" lacks the scope ${scope}.`;
        return failure(403, { code: "forbidden", message });
      }
      return await route(context, caller);
    };
}

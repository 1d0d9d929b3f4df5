import { failure } from "./answers.ts";
import type { Attempts } from "./attempts.ts";
import type { Caller, Scope } from "./keys.ts";
import type { HttpContext, Route } from "./route.ts";

/**
 * Lets only callers through whose key has the scope: 401 without a known key, 403 without the scope. Of an address from which
 * too many wrong keys come, further ones are answered with 429. A known key passes all the same, because others behind the
 * same proxy may be at fault; absent `attempts`, nothing is counted.
 */
export function createAccess(
  callerOf: (header: string | undefined) => Caller | undefined,
  attempts?: Attempts,
) {
  return (scope: Scope, route: Route) =>
    async (context: HttpContext): Promise<Response> => {
      const header = headerOf(context);
      const caller = callerOf(header);
      if (caller === undefined) return stranger(header === undefined ? undefined : waitOf(context));
      if (!caller.scopes.has(scope)) {
        const message = `The key "${caller.name}" lacks the scope ${scope}.`;
        return failure(403, { code: "forbidden", message });
      }
      return await route(context, caller);
    };

  function waitOf({ env }: HttpContext): number | undefined {
    return attempts?.failed(env?.incoming?.socket.remoteAddress ?? "unknown");
  }
}

/** Tools for llm-mux may bring their key under a name of its own. */
function headerOf({ req }: HttpContext): string | undefined {
  const key = req.header("x-management-key");
  return req.header("authorization") ?? (key === undefined ? undefined : `Bearer ${key}`);
}

/** @param wait seconds that the caller has to wait before the next try, if it has tried too often */
function stranger(wait: number | undefined): Response {
  if (wait !== undefined) {
    const message = "Too many wrong keys came from this address. A key of http.keys passes at any time.";
    return failure(429, { code: "too_many_attempts", message }, { "retry-after": String(wait) });
  }
  const message = "This needs a key of http.keys, sent as `Authorization: Bearer KEY`.";
  return failure(401, { code: "unauthorized", message }, { "www-authenticate": "Bearer" });
}

import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import type { Log } from "../core/ports.ts";
import { createAccess } from "./access.ts";
import { failure, failureOf } from "./answers.ts";
import { createAttempts } from "./attempts.ts";
import { createBodies } from "./bodies.ts";
import { createKeptReport, type KeptReportOptions } from "./kept-report.ts";
import { createKeyring, type HttpKey } from "./keys.ts";
import { allowOf, methods } from "./methods.ts";
import { type ObserveRequest, observeRequests } from "./metrics-route.ts";
import type { HttpContext, HttpEnv, RouteEntry } from "./route.ts";
import { createRoutes, type RoutesOptions } from "./routes.ts";

export type HttpAppOptions = Omit<RoutesOptions, "kept"> &
  KeptReportOptions & {
    keys: readonly HttpKey[];
    /** Is told of every request. */
    observe?: ObserveRequest | undefined;
    log: Log;
  };

/** All that is answered over HTTP, made of the table of routes. */
export function createHttpApp(options: HttpAppOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const routes = createRoutes({ ...options, kept: createKeptReport(options) });
  const needs = createAccess(createKeyring(options.keys), createAttempts(options));
  const body = createBodies();

  function handlerOf(entry: RouteEntry): (context: HttpContext) => Response | Promise<Response> {
    if (entry.scope === "none") return entry.handle;
    return needs(entry.scope, entry.body === undefined ? entry.handle : body(entry.body)(entry.handle));
  }

  /** What there is, whatever else the requests pass. */
  const ways = new TrieRouter<RouteEntry>();

  app.onError((error, context) => failureOf(context.req.path, error, options.log));
  app.notFound(({ req }) => {
    const allowed = methods.filter((method) => ways.match(method, req.path)[0].length > 0);
    return nothingHere(req.method, allowed);
  });
  if (options.observe !== undefined) app.use(observeRequests(options.observe));
  for (const entry of routes) {
    ways.add(entry.method, honoPath(entry.path), entry);
    app.on(entry.method, honoPath(entry.path), handlerOf(entry));
  }
  return app;
}

/** "/allocations/:agent" of "/allocations/{agent}". */
function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** The answer where nobody answers a method, given those that somebody does. */
function nothingHere(method: string, allowed: readonly string[]): Response {
  if (allowed.length === 0) return failure(404, { code: "not_found", message: "There is nothing here." });
  const names = allowOf(allowed);
  const message = `${method} is not for this; ${names.join(" and ")} is.`;
  return failure(405, { code: "method_not_allowed", message }, { allow: names.join(", ") });
}

import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { answerAtOnce } from "./answers.ts";
import type { HttpContext, HttpEnv, Route } from "./route.ts";

export interface MetricsRouteOptions {
  metrics: {
    /** All metrics as they stand now, in the text format of Prometheus. */
    text(): Promise<string>;
    contentType: string;
  };
}

/** All metrics for Prometheus. Parameters change nothing: scrapers may bring some of their own. */
export function metricsRoute({ metrics }: MetricsRouteOptions): Route {
  return async (context) => answerAtOnce(context, await metrics.text(), metrics.contentType);
}

/** What is told of a request once its answer has begun; `route` is the pattern it came in by, never its path. */
export type ObserveRequest = (request: {
  route: string;
  method: string;
  status: number;
  seconds: number;
}) => void;

/** Watches every request to the routes that are added after it. */
export function observeRequests(observe: ObserveRequest): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const begun = performance.now();
    await next();
    observe({
      route: patternOf(context),
      method: context.req.method,
      status: context.res.status,
      seconds: (performance.now() - begun) / 1000,
    });
  };
}

/** The pattern of the route that answers; "none" where nobody does. */
function patternOf(context: HttpContext): string {
  return matchedRoutes(context).findLast(({ path }) => path !== "/*")?.path ?? "none";
}

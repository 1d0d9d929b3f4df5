import { Hono } from "hono";
import type { Log } from "../core/ports.ts";
import type { Acceptance } from "../core/services/accept-snapshot.ts";
import { createAccess } from "./access.ts";
import { type AllocationsRouteOptions, allocationRoutes } from "./allocations-route.ts";
import { failure, failureOf, json } from "./answers.ts";
import { availableRoute } from "./available-route.ts";
import { createBodies } from "./bodies.ts";
import { type EstimateRouteOptions, estimateRoute } from "./estimate-route.ts";
import { type HistoryRouteOptions, historyRoute } from "./history-route.ts";
import { createKeyring, type HttpKey } from "./keys.ts";
import { limitsRoute, type ReportLimit } from "./limits-route.ts";
import { otlpTypes } from "./otlp-answer.ts";
import { otlpRoute, type TakeOtlp } from "./otlp-route.ts";
import { type QuotaRouteOptions, quotaRoute } from "./quota-route.ts";
import { type RecordsRouteOptions, recordsRoute } from "./records-route.ts";
import type { HttpEnv } from "./route.ts";
import { combosRoute, type RoutesRouteOptions, routeRoute, suggestionsRoute } from "./route-route.ts";
import { snapshotsRoute } from "./snapshots-route.ts";
import { type RecordUsageText, usageIngestRoute, usageTypes } from "./usage-ingest-route.ts";
import { costRoute, type UsageRouteOptions, usageRoute } from "./usage-route.ts";

export interface HttpAppOptions
  extends QuotaRouteOptions,
    UsageRouteOptions,
    RecordsRouteOptions,
    HistoryRouteOptions,
    EstimateRouteOptions,
    AllocationsRouteOptions,
    RoutesRouteOptions {
  keys: readonly HttpKey[];
  /** Takes in the body of a pushed snapshot; throws AppError when it is none. */
  acceptSnapshot: (body: unknown) => Promise<Acceptance>;
  recordUsage: RecordUsageText;
  reportLimit: ReportLimit;
  otlp: { logs: TakeOtlp; metrics: TakeOtlp };
  log: Log;
}

const mebibyte = 1024 * 1024;

/** All that is answered over HTTP: a table of routes, each with the scope that its caller's key needs. */
export function createHttpApp(options: HttpAppOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const needs = createAccess(createKeyring(options.keys));
  const body = createBodies();
  const small = body({ limit: mebibyte });
  const usage = body({ limit: 16 * mebibyte, types: usageTypes });
  const otlp = body({ limit: 16 * mebibyte, types: otlpTypes });

  const allocations = allocationRoutes(options);

  app.onError((error, context) => failureOf(context.req.path, error, options.log));
  app.notFound(({ req }) => {
    const allowed = methods.filter((method) => app.router.match(method, req.path)[0].length > 0);
    return nothingHere(req.method, allowed);
  });

  app.get("/healthz", () => json({ ok: true }));
  app.get("/api/v1/quota", needs("read", quotaRoute(options)));
  app.post("/api/v1/snapshots", needs("ingest", small(snapshotsRoute(options.acceptSnapshot))));
  app.get("/api/v1/usage", needs("read", usageRoute(options)));
  app.get("/api/v1/cost", needs("read", costRoute(options)));
  app.get("/api/v1/records", needs("read", recordsRoute(options)));
  app.get("/api/v1/history", needs("read", historyRoute(options)));
  app.post("/api/v1/usage", needs("ingest", usage(usageIngestRoute(options.recordUsage))));
  app.get("/api/v1/estimate", needs("read", estimateRoute(options)));
  app.post("/api/v1/allocations", needs("ingest", small(allocations.reserve)));
  app.get("/api/v1/allocations", needs("read", allocations.list));
  app.get("/api/v1/allocations/:agent", needs("ingest", allocations.look));
  app.post("/api/v1/allocations/:agent/usage", needs("ingest", small(allocations.report)));
  app.delete("/api/v1/allocations/:agent", needs("ingest", allocations.release));
  app.post("/api/v1/limits", needs("ingest", small(limitsRoute(options.reportLimit))));
  app.get("/api/v1/available", needs("read", availableRoute(options)));
  app.get("/api/v1/route", needs("read", routeRoute(options)));
  app.get("/api/v1/combos", needs("read", combosRoute(options)));
  app.get("/api/v1/suggestions", needs("read", suggestionsRoute(options)));
  app.post("/v1/logs", needs("ingest", otlp(otlpRoute("logs", options.otlp.logs))));
  app.post("/v1/metrics", needs("ingest", otlp(otlpRoute("metrics", options.otlp.metrics))));
  app.post("/v1/traces", needs("ingest", otlp(otlpRoute("traces"))));
  return app;
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The answer where nobody answers a method, given those that somebody does. */
function nothingHere(method: string, allowed: readonly string[]): Response {
  if (allowed.length === 0) return failure(404, { code: "not_found", message: "There is nothing here." });
  const names = allowed.flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]));
  const message = `${method} is not for this; ${names.join(" and ")} is.`;
  return failure(405, { code: "method_not_allowed", message }, { allow: names.join(", ") });
}

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { onTestFinished } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { createAccess } from "../../src/http/access.ts";
import { failureOf } from "../../src/http/answers.ts";
import { createKeyring } from "../../src/http/keys.ts";
import { metricsRoute, observeRequests } from "../../src/http/metrics-route.ts";
import type { HttpEnv } from "../../src/http/route.ts";
import type { Metrics } from "../../src/metrics/metrics.ts";
import { createKeptLog } from "../fakes/core.ts";

export const readKey = "fake-read-key";

/** Serves metrics on a port of this machine until the test ends, to those with the key; beside them a route that fails. */
export async function serveMetrics(metrics: Metrics): Promise<string> {
  const app = new Hono<HttpEnv>();
  const needs = createAccess(createKeyring([{ name: "prometheus", key: readKey, scopes: ["read"] }]));
  app.onError((error) => failureOf("", error, createKeptLog()));
  app.use(observeRequests(metrics.observeRequest));
  app.get("/metrics", needs("read", metricsRoute({ metrics })));
  app.get("/agents/:agent", () => {
    throw new AppError("not_found", "There is no such agent.");
  });
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => server.closeAllConnections());
  return `http://127.0.0.1:${port}`;
}

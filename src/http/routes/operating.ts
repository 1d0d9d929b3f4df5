import { type MetricsRouteOptions, metricsRoute } from "../metrics-route.ts";
import { readyzAnswer, readyzExample, readyzRoute } from "../readyz-route.ts";
import type { RouteEntry } from "../route.ts";

const tag = "Operating";

/** What tells those who run the bot how it is. */
export function operatingRoutes(
  options: Parameters<typeof readyzRoute>[0] & MetricsRouteOptions,
): readonly RouteEntry[] {
  return [
    {
      ...{ method: "GET", path: "/readyz", scope: "none", operationId: "checkReady", tag },
      summary: "Whether the bot does its work",
      answers: {
        200: { description: "It does.", schema: readyzAnswer, example: readyzExample },
        503: { description: "Something vital fails; `checks` tells what.", schema: readyzAnswer },
      },
      handle: readyzRoute(options),
    },
    {
      ...{ method: "GET", path: "/metrics", scope: "read", operationId: "readMetrics", tag },
      summary: "Metrics for Prometheus",
      answers: { 200: { description: "In the text format of Prometheus.", type: "text/plain" } },
      handle: metricsRoute(options),
    },
  ];
}

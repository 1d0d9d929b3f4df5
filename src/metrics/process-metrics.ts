import { collectDefaultMetrics, Registry } from "prom-client";

/** Milliseconds between two looks at how late the event loop is, which show in what is told: 50 looks a second. */
const precision = 20;

/**
 * Gauges that call themselves totals, what `nodejs_active_resources` tells as well, and what is nonsense when nothing was
 * measured since the last scrape.
 */
const leftOut = [
  "nodejs_eventloop_lag_min_seconds",
  "nodejs_active_resources_total",
  "nodejs_active_handles",
  "nodejs_active_handles_total",
  "nodejs_active_requests",
  "nodejs_active_requests_total",
];

let registry: Registry | undefined;

/**
 * What is known of this process: `process_...` and `nodejs_...` as usual for Node. Watched from the first call on, once
 * however many bots there are, because it cannot be stopped.
 */
export function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: precision });
    for (const name of leftOut) registry.removeSingleMetric(name);
  }
  return registry;
}

import { Counter, Histogram, type Registry } from "prom-client";

/** A request over HTTP that has been answered. */
export interface ObservedRequest {
  /** Its pattern, such as "/api/v1/allocations/:agent"; never what somebody wrote. */
  route: string;
  method: string;
  status: number;
  /** Until the answer began. */
  seconds: number;
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Counts requests over HTTP, and how long they take. */
export function createRequestMeter(registry: Registry): (request: ObservedRequest) => void {
  const requests = new Counter({
    name: "quotabot_http_requests_total",
    help: "Requests over HTTP that were answered.",
    labelNames: ["route", "method", "status"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "quotabot_http_request_duration_seconds",
    help: "Time until the answer to a request over HTTP began.",
    labelNames: ["route", "method"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15],
    registers: [registry],
  });
  return ({ route, method: written, status, seconds }) => {
    const method = methods.has(written) ? written : "other";
    requests.inc({ route, method, status });
    durations.observe({ route, method }, seconds);
  };
}

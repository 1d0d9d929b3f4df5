import { z } from "zod";
import type { HttpAppOptions } from "../../src/http/app.ts";

const refuse = () => {
  throw new Error("not asked");
};

/** What the HTTP interface asks only for callers that want other things than reports. */
export const unasked: Pick<
  HttpAppOptions,
  | "acceptSnapshot"
  | "recordUsage"
  | "otlp"
  | "reportLimit"
  | "readRecord"
  | "allocations"
  | "taskSizes"
  | "bodies"
  | "feed"
  | "health"
  | "metrics"
  | "forgetUser"
  | "version"
> = {
  acceptSnapshot: refuse,
  recordUsage: refuse,
  otlp: { logs: refuse, metrics: refuse },
  reportLimit: refuse,
  readRecord: refuse,
  allocations: { allocate: refuse, active: refuse, of: refuse, use: refuse, release: refuse },
  taskSizes: { sizeOf: refuse },
  bodies: { usageRecord: z.unknown(), snapshot: z.unknown(), limit: z.unknown() },
  feed: { open: refuse },
  health: { look: refuse },
  metrics: { text: refuse, contentType: "text/plain" },
  forgetUser: refuse,
  version: "0.0.0",
};

import type { HttpAppOptions } from "../../src/http/app.ts";

const refuse = () => {
  throw new Error("not asked");
};

/** What the HTTP interface asks only for callers that tell it something. */
export const unasked: Pick<
  HttpAppOptions,
  "acceptSnapshot" | "recordUsage" | "otlp" | "reportLimit" | "readRecord" | "allocations" | "taskSizes"
> = {
  acceptSnapshot: refuse,
  recordUsage: refuse,
  otlp: { logs: refuse, metrics: refuse },
  reportLimit: refuse,
  readRecord: refuse,
  allocations: { allocate: refuse, active: refuse, of: refuse, use: refuse, release: refuse },
  taskSizes: { sizeOf: refuse },
};

import { Registry } from "prom-client";
import { createDeliveryMeter } from "./delivery-meter.ts";
import { createReadMeter } from "./read-meter.ts";
import { createRequestMeter } from "./request-meter.ts";
import { createUsageMeter } from "./usage-meter.ts";

/**
 * What only the process itself can count, as it happens: reads, deliveries, requests, records. Each `watch...` hands back
 * the same thing, counted. `registry` is for `createMetrics`.
 */
export function createMeters() {
  const registry = new Registry();
  return {
    registry,
    usage: createUsageMeter(registry),
    watchReader: createReadMeter(registry),
    watchChannel: createDeliveryMeter(registry),
    observeRequest: createRequestMeter(registry),
  };
}

export type Meters = ReturnType<typeof createMeters>;

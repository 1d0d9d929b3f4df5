import { setImmediate as pause } from "node:timers/promises";
import { Gauge, Registry } from "prom-client";
import type { Log, Store } from "../core/ports.ts";
import { within } from "../core/within.ts";
import { type AccountPartOptions, accountPart } from "./account-part.ts";
import { alertPart } from "./alert-part.ts";
import { type HealthPartOptions, healthPart } from "./health-part.ts";
import type { Meters } from "./meters.ts";
import { type MoneyPartOptions, moneyPart } from "./money-part.ts";
import type { Part } from "./part.ts";
import { processMetrics } from "./process-metrics.ts";

export interface MetricsOptions
  extends AccountPartOptions,
    HealthPartOptions,
    Pick<MoneyPartOptions, "days" | "budgets"> {
  store: { ledger: Pick<Store["ledger"], "usage">; outbox: Pick<Store["outbox"], "find"> };
  meters: Meters;
  /** The program's own version. */
  version: string;
  log: Log;
  /** Milliseconds of real time that a source may take; 5 seconds unless told. */
  patience?: number | undefined;
}

export interface Metrics {
  /**
   * All metrics as they stand now, in the text format of Prometheus. Who asks while it is being written gets the same.
   * Never throws: a source that fails, or takes too long, is missing, and `quotabot_scrape_collector_success` says so.
   */
  text(): Promise<string>;
  /** Media type of the text. */
  contentType: string;
  observeRequest: Meters["observeRequest"];
}

/**
 * Tells Prometheus what the core knows, asked anew for every scrape, with what the meters have counted. However many
 * accounts there are, others have their turn every few milliseconds.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const { meters, log, patience = 5_000 } = options;
  const { registry } = meters;
  const { ledger, outbox } = options.store;
  const parts = [
    accountPart(registry, options),
    moneyPart(registry, { ...options, ledger, onModels: meters.usage.favour }),
    alertPart(registry, { outbox }),
    healthPart(registry, options),
  ];
  const success = new Gauge({
    name: "quotabot_scrape_collector_success",
    help: "Whether the metrics of a source could be told at this scrape.",
    labelNames: ["collector"],
    registers: [registry],
  });
  new Gauge({
    name: "quotabot_build_info",
    help: "1, for the version of the bot and of Node that it runs on.",
    labelNames: ["version", "node_version"],
    registers: [registry],
  }).set({ version: options.version, node_version: process.version }, 1);
  const failing = new Set<string>();
  let underWay: Promise<string> | undefined;

  async function refresh(part: Part): Promise<void> {
    try {
      const rows = await within(part.gather(), patience);
      if (rows === undefined) throw new Error(`It took more than ${patience} ms.`);
      await part.show(rows);
      success.set({ collector: part.name }, 1);
      failing.delete(part.name);
    } catch (error) {
      part.clear();
      success.set({ collector: part.name }, 0);
      if (!failing.has(part.name)) log.warn({ part: part.name, error }, "Metrics are missing for now.");
      failing.add(part.name);
    }
  }

  async function write(): Promise<string> {
    await Promise.all(parts.map(refresh));
    return [...(await blocksOf(processMetrics())).map(withoutUnknown), ...(await blocksOf(registry))].join(
      "\n",
    );
  }

  return {
    text() {
      underWay ??= write().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    observeRequest: meters.observeRequest,
  };
}

/** The text of each metric, with a newline at its end. */
async function blocksOf(registry: Registry): Promise<string[]> {
  const blocks: string[] = [];
  for (const { name } of registry.getMetricsAsArray()) {
    blocks.push(`${await registry.getSingleMetricAsString(name)}\n`);
    await pause();
  }
  return blocks;
}

/** The event loop's lag is not a number when two scrapes follow each other at once. */
function withoutUnknown(block: string): string {
  return block.replaceAll(/^.* Nan\n/gm, "");
}

import type { Config } from "../config.ts";
import { createAcceptSnapshots } from "../core/services/accept-snapshot.ts";
import type { RoutingService } from "../core/services/routing.ts";
import { createHttpServer, type HttpServer } from "../http/server.ts";
import { parsePushedSnapshot } from "../ingest/pushed-snapshot.ts";
import { createStatusLines } from "../ingest/statusline.ts";
import type { createAgents, createSizes } from "./agents.ts";
import type { Core, Machine } from "./core.ts";
import type { createUsage } from "./usage.ts";

/** The HTTP interface of a bot; undefined when its configuration has none. */
export function createHttp(
  config: Config,
  options: Core &
    Awaited<ReturnType<typeof createUsage>> &
    ReturnType<typeof createAgents> &
    Pick<Machine, "providers"> & { routing: RoutingService; taskSizes: ReturnType<typeof createSizes> },
): HttpServer | undefined {
  if (config.http === undefined) return undefined;
  const { otlp, recordUsage, parseUsageRecords } = options;
  const acceptSnapshots = createAcceptSnapshots({
    ...options,
    statusLine: createStatusLines(options.providers).readFor,
  });
  return createHttpServer({
    ...options,
    ...config.http,
    records: options.store.ledger.records,
    acceptSnapshot: async (body) => await acceptSnapshots.accept(parsePushedSnapshot(body)),
    recordUsage: async ({ text, contentType }, caller) =>
      await recordUsage.record(await parseUsageRecords(text, contentType), caller),
    otlp: {
      logs: (body, type, caller) => otlp.logs(body, type, (reported) => recordUsage.record(reported, caller)),
      metrics: (body, type, caller) =>
        otlp.metrics(body, type, (reported) => recordUsage.record(reported, caller)),
    },
  });
}

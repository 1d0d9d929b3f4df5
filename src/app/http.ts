import type { Config } from "../config.ts";
import { createAcceptSnapshots } from "../core/services/accept-snapshot.ts";
import type { EventFeed } from "../core/services/event-feed.ts";
import type { ForgetUser } from "../core/services/forget-user.ts";
import type { Health } from "../core/services/health.ts";
import type { JobState } from "../core/services/health-judgement.ts";
import type { RoutingService } from "../core/services/routing.ts";
import { createHttpServer, type HttpServer } from "../http/server.ts";
import { limitReportBody } from "../ingest/limits/limit-report.ts";
import { parsePushedSnapshot, pushedSnapshotBody } from "../ingest/pushed-snapshot.ts";
import { createStatusLines } from "../ingest/statusline.ts";
import { usageRecordSchema } from "../ingest/usage-record-schema.ts";
import type { Meters } from "../metrics/meters.ts";
import { createMetrics } from "../metrics/metrics.ts";
import type { createAgents, createSizes } from "./agents.ts";
import type { Core, Machine } from "./core.ts";
import type { createUsage } from "./usage.ts";

/** The HTTP interface of a bot; undefined when its configuration has none. */
export function createHttp(
  config: Config,
  options: Core &
    Awaited<ReturnType<typeof createUsage>> &
    ReturnType<typeof createAgents> &
    Pick<Machine, "providers" | "version"> & {
      routing: RoutingService;
      taskSizes: ReturnType<typeof createSizes>;
      health: Health;
      meters: Meters;
      jobs: () => readonly JobState[];
      feed: EventFeed;
      forgetUser: ForgetUser;
    },
): HttpServer | undefined {
  if (config.http === undefined) return undefined;
  const { otlp, recordUsage, parseUsageRecords } = options;
  const acceptSnapshots = createAcceptSnapshots({
    ...options,
    statusLine: createStatusLines(options.providers).readFor,
  });
  const metrics = createMetrics({
    ...options,
    health: async () => (await options.health.look()).checks,
  });
  return createHttpServer({
    ...options,
    ...config.http,
    metrics,
    observe: metrics.observeRequest,
    bodies: { usageRecord: usageRecordSchema, snapshot: pushedSnapshotBody, limit: limitReportBody },
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

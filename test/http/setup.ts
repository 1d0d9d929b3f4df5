import { createHash } from "node:crypto";
import { createDays } from "../../src/core/domain/day.ts";
import { AppError } from "../../src/core/errors.ts";
import { createAcceptSnapshots } from "../../src/core/services/accept-snapshot.ts";
import { createForgetUser } from "../../src/core/services/forget-user.ts";
import { createQuotaHistories } from "../../src/core/services/quota-history.ts";
import { createRecordUsage } from "../../src/core/services/record-usage.ts";
import { createUsageReports } from "../../src/core/services/usage-report.ts";
import type { HttpKey } from "../../src/http/keys.ts";
import { limitReportBody, parseLimitReport } from "../../src/ingest/limits/limit-report.ts";
import { createOtlpIngest } from "../../src/ingest/otlp/ingest.ts";
import { parsePushedSnapshot, pushedSnapshotBody } from "../../src/ingest/pushed-snapshot.ts";
import { readUsageRecord } from "../../src/ingest/usage-record.ts";
import { usageRecordSchema } from "../../src/ingest/usage-record-schema.ts";
import { parseUsageRecords } from "../../src/ingest/usage-records.ts";
import { account, quota } from "../fakes/core.ts";
import { createFeedHouse } from "../fakes/event-feed.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { createAgents } from "../services/agents.ts";

export const keys: readonly HttpKey[] = [
  { name: "grafana", key: "fake-read-key", scopes: ["read"] },
  { name: "claude-code", key: "fake-ingest-key", scopes: ["ingest"] },
  { name: "ops", key: "fake-ops-key", scopes: ["read", "ingest", "admin"] },
];

/** What the HTTP interface is made of, over a core with three accounts, the last of which is only pushed. */
export function createParts(
  read: () => Promise<{ readings: [] }> = async () => ({ readings: [] }),
  more: Partial<Parameters<typeof createQuotaHouse>[0]> = {},
) {
  const accounts = more.accounts ?? [
    account("claude-lan"),
    account("glm-main", { provider: "zmac" }),
    account("pushed", { push: true }),
  ];
  const house = createQuotaHouse({
    ...more,
    accounts,
    read: async (one) => ({ ...(await read()), readings: one.id === "glm-main" ? [] : [quota()] }),
  });
  const { accept } = createAcceptSnapshots({
    ...house,
    accounts,
    statusLine: () => undefined,
    nameUser: (user) => user,
  });
  const { ledger, settings } = house.store;
  const days = createDays("UTC");
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const disk = { broken: false };
  const agents = createAgents({ ...house, accounts });
  let unique = 0;
  const usage = createRecordUsage({
    ...house,
    accounts,
    ledger: {
      async append(records) {
        if (disk.broken) throw new AppError("store_unavailable", "The disk is full.");
        return await ledger.append(records);
      },
    },
    services: () => [],
    billingOf: () => "paid",
    pricing: ({ model, tokens }) => (model === undefined ? undefined : tokens.input * 3 + tokens.output),
    nameUser: (user) => user,
    days,
    hash,
    uniqueId: () => `unique-${unique++}`,
  });
  const otlp = createOtlpIngest({ ...house, settings, counters: ledger.counters, hash });
  return {
    ...house,
    accounts,
    keys,
    disk,
    acceptSnapshot: async (body: unknown) => {
      if (JSON.stringify(body).includes("break")) throw new Error("secret of the inside");
      if (JSON.stringify(body).includes("disk")) throw new AppError("store_unavailable", "The disk is full.");
      return await accept(parsePushedSnapshot(body));
    },
    reportLimit: async (body: unknown) =>
      await house.routing.reportLimit(parseLimitReport(body, house.clock.now())),
    recordUsage: async (body: { text: string; contentType: string }, caller: { key: string }) =>
      await usage.record(await parseUsageRecords(body.text, body.contentType), caller),
    otlp: {
      logs: (body: Uint8Array, type: string, caller: { key: string }) =>
        otlp.logs(body, type, (reported) => usage.record(reported, caller)),
      metrics: (body: Uint8Array, type: string, caller: { key: string }) =>
        otlp.metrics(body, type, (reported) => usage.record(reported, caller)),
    },
    histories: createQuotaHistories({ ...house, history: house.store.history }),
    usageReports: createUsageReports({
      ...house,
      ledger,
      days,
      budgets: async () => [{ id: "monthly", period: "month", usd: 150 }],
    }),
    allocations: agents,
    taskSizes: agents.taskSizes,
    readRecord: readUsageRecord,
    bodies: { usageRecord: usageRecordSchema, snapshot: pushedSnapshotBody, limit: limitReportBody },
    version: "1.2.3",
    forgetUser: createForgetUser({ ...house, accounts, ledger, namesOf: (user) => [user] }),
    feed: createFeedHouse(house).feed,
    health: {
      look: async () => ({
        ...{ at: house.clock.now(), ok: true },
        checks: [
          { name: "store", ok: true, vital: true, message: "can be written", since: house.clock.now() },
        ],
      }),
    },
    metrics: { text: async () => "quotabot_up 1\n", contentType: "text/plain; version=0.0.4; charset=utf-8" },
    stopping: new AbortController().signal,
    records: ledger.records,
    today: () => days.at(house.clock.now()).day,
  };
}

export const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

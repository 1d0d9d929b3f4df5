import { z } from "zod";
import type { Acceptance } from "../../core/services/accept-snapshot.ts";
import { limitsRoute, type ReportLimit } from "../limits-route.ts";
import { type OtlpSignal, otlpTypes } from "../otlp-answer.ts";
import { otlpRoute, type TakeOtlp } from "../otlp-route.ts";
import type { RouteEntry } from "../route.ts";
import { acceptanceAnswer, otlpAnswerOf, recordedAnswer } from "../schemas/ingest-answers.ts";
import { limitAnswer } from "../schemas/routing-answers.ts";
import { snapshotsRoute } from "../snapshots-route.ts";
import { type RecordUsageText, usageIngestRoute, usageTypes } from "../usage-ingest-route.ts";
import { recordExample } from "./usage-examples.ts";

export interface ReportingOptions {
  /** Takes in the body of a pushed snapshot; throws AppError when it is none. */
  acceptSnapshot: (body: unknown) => Promise<Acceptance>;
  recordUsage: RecordUsageText;
  reportLimit: ReportLimit;
  otlp: { logs: TakeOtlp; metrics: TakeOtlp };
  /** What these take, for the document: the schemas by which bodies are read. */
  bodies: { usageRecord: z.ZodType; snapshot: z.ZodType; limit: z.ZodType };
}

const mebibyte = 1024 * 1024;
const tag = "Reporting";
const recorded = { accepted: 1, duplicates: 0, rejected: [] };

/** What other programs tell the bot. */
export function reportingRoutes(options: ReportingOptions): readonly RouteEntry[] {
  const { bodies } = options;
  return [
    {
      ...{ method: "POST", path: "/api/v1/usage", scope: "ingest", operationId: "recordUsage", tag },
      summary: "Usage records",
      description:
        "One record, an array of them, or one a line; at most 50,000. The answer comes once they are on disk; whoever did not get one may send the same again, as a record counts once by its `id`. Of a list the good part is kept. Numbers may be text, and null and blank text mean that a field is not told.",
      body: {
        limit: 16 * mebibyte,
        types: usageTypes,
        content: {
          "application/json": {
            schema: z.union([bodies.usageRecord, z.array(bodies.usageRecord).max(50_000)]),
            example: recordExample,
          },
          "application/x-ndjson": { example: `${JSON.stringify(recordExample)}\n` },
        },
      },
      answers: {
        200: { description: "What was kept, and what not.", schema: recordedAnswer, example: recorded },
      },
      faults: [503],
      handle: usageIngestRoute(options.recordUsage),
    },
    {
      ...{ method: "POST", path: "/api/v1/snapshots", scope: "ingest", operationId: "pushSnapshot", tag },
      summary: "What a person's machine sees of its limits",
      description: "A status line document as it is, or windows that were read already.",
      body: {
        limit: mebibyte,
        content: { "application/json": { schema: bodies.snapshot, example: snapshotExample } },
      },
      answers: {
        200: {
          description: "Whether these are the account's numbers now, once they are on disk.",
          schema: acceptanceAnswer,
          example: { accepted: true, account: "claude-lan", at: "2026-11-22T02:58:00.000Z" },
        },
      },
      faults: [404, 503],
      handle: snapshotsRoute(options.acceptSnapshot),
    },
    {
      ...{ method: "POST", path: "/api/v1/limits", scope: "ingest", operationId: "reportLimit", tag },
      summary: "A refusal (429) that somebody met",
      description:
        "As much of the refused call as there is. What is refused is blocked for everybody who asks.",
      body: {
        limit: mebibyte,
        content: { "application/json": { schema: bodies.limit, example: limitExample } },
      },
      answers: {
        200: {
          description: "What is blocked, and until when.",
          schema: limitAnswer,
          example: {
            kind: "rate",
            blockedUntil: "2026-11-22T03:00:30Z",
            scope: { account: "glm-main", pool: null, model: null },
            reason: "Too many requests (rate_limit_exceeded)",
          },
        },
      },
      faults: [404, 503],
      handle: limitsRoute(options.reportLimit),
    },
    otlpEntry("logs", "exportLogs", "OTLP logs", "rejectedLogRecords", options.otlp.logs),
    otlpEntry("metrics", "exportMetrics", "OTLP metrics", "rejectedDataPoints", options.otlp.metrics),
    otlpEntry("traces", "exportTraces", "OTLP traces, which are taken and dropped", "rejectedSpans"),
  ];
}

function otlpEntry(
  signal: OtlpSignal,
  operationId: string,
  summary: string,
  rejected: string,
  take?: TakeOtlp,
): RouteEntry {
  const name = { logs: "resourceLogs", metrics: "resourceMetrics", traces: "resourceSpans" }[signal];
  return {
    ...{ method: "POST", path: `/v1/${signal}`, scope: "ingest", operationId, tag: "OpenTelemetry", summary },
    description:
      "As opentelemetry.io/docs/specs/otlp has it, in JSON or protobuf; answered in the type of the request.",
    body: {
      limit: 16 * mebibyte,
      types: otlpTypes,
      content: { "application/json": { example: { [name]: [] } }, "application/x-protobuf": {} },
    },
    answers: {
      200: {
        description: "What was not taken, as the partial success of the protocol; empty when all was.",
        schema: otlpAnswerOf(rejected),
        otherTypes: ["application/x-protobuf"],
        example: { partialSuccess: {} },
      },
    },
    faults: take === undefined ? [] : [503],
    handle: otlpRoute(signal, take),
  };
}

const snapshotExample = {
  account: "claude-lan",
  user: "lan",
  at: "2026-11-22T02:58:00Z",
  plan: "Max 20x",
  readings: [{ id: "session", label: "5-hour", windowSeconds: 18000, usedPercent: 37, resetsAt: 1795323600 }],
};

const limitExample = {
  account: "glm-main",
  model: "glm-4.7",
  status: 429,
  headers: { "retry-after": "30" },
  body: { error: { code: "rate_limit_exceeded", message: "Too many requests" } },
};

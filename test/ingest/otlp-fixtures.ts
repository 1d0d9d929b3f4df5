import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KeyValue, LogRecord, Metric, OtlpJson, Point } from "./otlp-protobuf.ts";

export const hash = (text: string) => createHash("sha256").update(text).digest("hex");
export const json = "application/json";
export const protobuf = "application/x-protobuf";

/** A request of a tool: seen in public, or composed from its source and documentation; names and ids are made up. */
export function fixture(name: string): OtlpJson {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/otel/${name}.otlp.json`), "utf8"));
}

export const encode = (body: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(body));

/** Attributes by their plain values: whole numbers as integers. */
export function attributes(values: Record<string, string | number>): KeyValue[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === "string"
        ? { stringValue: value }
        : Number.isInteger(value)
          ? { intValue: value }
          : { doubleValue: value },
  }));
}

export function logsOf(resource: Record<string, string>, ...logRecords: LogRecord[]): OtlpJson {
  return {
    resourceLogs: [{ resource: { attributes: attributes(resource) }, scopeLogs: [{ logRecords }] }],
  };
}

export function metricsOf(resource: Record<string, string>, ...metrics: Metric[]): OtlpJson {
  return {
    resourceMetrics: [{ resource: { attributes: attributes(resource) }, scopeMetrics: [{ metrics }] }],
  };
}

export const nanos = (time: string | number): string => `${new Date(time).getTime()}000000`;

/** Counters of tokens of one model as Gemini CLI tells them: what each type stands at since its start. */
export function geminiTokens(
  counts: Record<string, number>,
  options: { at?: string; start?: string | undefined; user?: string } = {},
): OtlpJson {
  const { at = "2026-11-22T03:00:00Z", start = "2026-11-22T02:00:00Z", user = "lan@example.org" } = options;
  const dataPoints = Object.entries(counts).map(
    ([type, asInt]): Point => ({
      attributes: attributes({ type, model: "gemini-3-pro", "user.email": user }),
      ...(start === "" ? {} : { startTimeUnixNano: nanos(start) }),
      timeUnixNano: nanos(at),
      asInt,
    }),
  );
  const metric = { name: "gemini_cli.token.usage", sum: { aggregationTemporality: 2, dataPoints } };
  return metricsOf({ "service.name": "gemini-cli" }, metric);
}

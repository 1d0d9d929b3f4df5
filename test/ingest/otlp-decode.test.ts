import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { decodeLogs, decodeMetrics } from "../../src/ingest/otlp/decode.ts";
import { readOtlpLogs } from "../../src/ingest/otlp/logs.ts";
import { readOtlpMetrics } from "../../src/ingest/otlp/metrics.ts";
import { attributes, encode, fixture, hash, json, logsOf, metricsOf, protobuf } from "./otlp-fixtures.ts";
import { type LogRecord, type Metric, type OtlpJson, toProtobuf } from "./otlp-protobuf.ts";

const names = ["event.name", "model", "input_tokens", "duration_ms", "user.email", "type", "token_type"];
const words = ["api_request", "codex.sse_event", "gemini_cli.api_response", "input", "cached_input", "Ü", ""];
const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const whole = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
const value = fc.oneof(
  fc.constantFrom(...words).map((stringValue) => ({ stringValue })),
  fc.boolean().map((boolValue) => ({ boolValue })),
  whole.map((number) => ({ intValue: String(number) })),
  fc.double().map((doubleValue) => (Number.isFinite(doubleValue) ? { doubleValue } : { doubleValue: {} })),
  fc.constant({ arrayValue: { values: [{ stringValue: "STOP" }] } }),
);
const attribute = fc.record({ key: fc.constantFrom(...names), value });
const some = { attributes: fc.array(attribute, { maxLength: 6 }) };
const log: fc.Arbitrary<LogRecord> = fc.record(
  { ...some, timeUnixNano: nanos, observedTimeUnixNano: nanos, body: value },
  { requiredKeys: [] },
);
const aggregationTemporality = fc.constantFrom(0, 1, 2);
const points = <Value>(kind: fc.Arbitrary<Value>) =>
  fc.record({ aggregationTemporality, dataPoints: fc.array(kind, { maxLength: 4 }) });
const pointTimes = { ...some, startTimeUnixNano: nanos, timeUnixNano: nanos };
const metric: fc.Arbitrary<Metric> = fc.oneof(
  fc.record({
    name: fc.constantFrom("claude_code.token.usage", "gemini_cli.token.usage", "other"),
    sum: points(fc.record({ ...pointTimes, asInt: whole }, { requiredKeys: ["asInt"] })),
  }),
  fc.record({
    name: fc.constantFrom("codex.turn.token_usage"),
    histogram: points(
      fc.record(
        { ...pointTimes, sum: fc.double({ noNaN: true, noDefaultInfinity: true }) },
        { requiredKeys: ["sum"] },
      ),
    ),
  }),
);

const drafts = (body: Uint8Array, type: string) => readOtlpLogs(decodeLogs(body, type), hash);
const reading = (body: Uint8Array, type: string) => readOtlpMetrics(decodeMetrics(body, type), hash);

describe("an OTLP request", () => {
  it.each(["claude-code-logs-api_request", "codex-logs-sse_event", "gemini-cli-logs-api_response"])(
    "tells the same in protobuf as in JSON: %s",
    (name) => {
      const body = fixture(name);
      expect(drafts(toProtobuf(body), protobuf)).toEqual(drafts(encode(body), json));
    },
  );

  it.each(["claude-code-metrics", "codex-metrics", "gemini-cli-metrics"])(
    "tells the same in protobuf as in JSON: %s",
    (name) => {
      const body = fixture(name);
      expect(reading(toProtobuf(body), protobuf).length).toBeGreaterThan(0);
      expect(reading(toProtobuf(body), protobuf)).toEqual(reading(encode(body), json));
    },
  );

  it("tells the same in both, ids included, whatever it holds", () => {
    fc.assert(
      fc.property(fc.array(log, { maxLength: 4 }), (logs) => {
        const body = logsOf({ "service.name": "claude-code" }, ...logs);
        expect(drafts(toProtobuf(body), protobuf)).toEqual(drafts(encode(body), json));
      }),
    );
    fc.assert(
      fc.property(fc.array(metric, { maxLength: 4 }), (metrics) => {
        const body = metricsOf({ "service.name": "codex_exec" }, ...metrics);
        expect(decodeMetrics(toProtobuf(body), protobuf)).toEqual(decodeMetrics(encode(body), json));
        expect(reading(toProtobuf(body), protobuf)).toEqual(reading(encode(body), json));
      }),
    );
  });

  it("may write fields in snake_case, enums by name, and 64-bit numbers as numbers", () => {
    const dataPoint = {
      attributes: [{ key: "type", value: { string_value: "input" } }],
      start_time_unix_nano: 1_795_316_400_000_000_000,
      time_unix_nano: "1795316400000000000",
      as_int: 5,
    };
    const sum = { aggregation_temporality: "AGGREGATION_TEMPORALITY_CUMULATIVE", data_points: [dataPoint] };
    const body = { resource_metrics: [{ scope_metrics: [{ metrics: [{ name: "m", sum }] }] }] };
    expect(decodeMetrics(encode(body), json)).toEqual([
      {
        ...{ resource: new Map(), metric: "m", attributes: new Map([["type", "input"]]), temporality: 2 },
        ...{ startNanos: 1_795_316_400_000_000_000n, nanos: 1_795_316_400_000_000_000n, value: 5 },
      },
    ]);
  });

  it("without anything in it is fine", () => {
    for (const body of ["{}", '{"resourceLogs":[]}', '{"resourceLogs":null}']) {
      expect(decodeLogs(new TextEncoder().encode(body), `${json}; charset=utf-8`)).toEqual([]);
    }
    expect(decodeLogs(new Uint8Array(), protobuf)).toEqual([]);
  });

  it("loses what is not of the shape, and keeps the rest", () => {
    const good = { attributes: attributes({ model: "m" }) };
    const logRecords = [null, 7, { attributes: [null, { key: 3, value: {} }, { key: "x" }] }, good];
    const resourceLogs = [{ resource: [], scopeLogs: {} }, { scopeLogs: [{ logRecords }, "x"] }];
    expect(decodeLogs(encode({ resourceLogs }), json).map((one) => [...one.attributes])).toEqual([
      ...[[], [["model", "m"]]],
    ]);
  });

  it("passes over long texts and more attributes than any tool has", () => {
    const [long] = decodeLogs(
      encode(logsOf({}, { attributes: attributes({ prompt: "p".repeat(300) }) })),
      json,
    );
    expect(long?.attributes.size).toBe(0);
    const many = attributes(
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`a${index}`, index])),
    );
    expect(decodeLogs(encode(logsOf({}, { attributes: many })), json)[0]?.attributes.size).toBe(128);
    expect(decodeLogs(toProtobuf(logsOf({}, { attributes: many })), protobuf)[0]?.attributes.size).toBe(128);
  });

  it("is refused with what to do when it is in another encoding, or at the address of another signal", () => {
    expect(() => decodeLogs(encode({}), "text/plain")).toThrow("http/json or http/protobuf");
    expect(() => decodeLogs(encode(fixture("claude-code-metrics")), json)).toThrow("`resourceMetrics`");
  });

  it("is refused when it has more than 10,000 items", () => {
    const body: OtlpJson = logsOf({}, ...Array.from({ length: 10_001 }, () => ({})));
    expect(() => decodeLogs(encode(body), json)).toThrow("smaller batches");
    expect(() => decodeLogs(toProtobuf(body), protobuf)).toThrow("smaller batches");
  });

  it("is refused, and does nothing worse, when it is cut off or junk", () => {
    const whole = [toProtobuf(fixture("codex-logs-sse_event")), toProtobuf(fixture("codex-metrics"))];
    const tried = (body: Uint8Array, type: string) => {
      for (const read of [drafts, reading]) {
        try {
          read(body, type);
        } catch (error) {
          expect(isAppError(error, "request_invalid"), String(error)).toBe(true);
        }
      }
    };
    for (const body of whole) {
      for (let end = 1; end < body.length; end += 7) tried(body.subarray(0, end), protobuf);
      fc.assert(
        fc.property(fc.nat(body.length - 1), fc.nat(255), (index, byte) => {
          const damaged = body.slice();
          damaged[index] = byte;
          tried(damaged, protobuf);
        }),
      );
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (body) => tried(body, protobuf)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (body) => tried(body, json)));
    const keys = ["resourceLogs", "resourceMetrics", "scopeLogs", "logRecords", "attributes", "sum", "value"];
    const nested = fc.letrec((tie) => ({
      message: fc.record(Object.fromEntries(keys.map((key) => [key, tie("node")])), { requiredKeys: [] }),
      node: fc.oneof(
        { maxDepth: 5, depthSize: "small" },
        fc.constantFrom(null, 1, "x", "", -1.5, true),
        tie("message"),
        fc.array(tie("message"), { maxLength: 3 }),
      ),
    }));
    fc.assert(fc.property(nested.message, (body) => tried(encode(body), json)));
    tried(new TextEncoder().encode(`{"resourceLogs":${"[".repeat(100_000)}`), json);
    // A value in a list in a list, and so on.
    let deep = new Uint8Array([10, 0]);
    for (let depth = 0; depth < 12; depth += 1) deep = new Uint8Array([42, deep.length, ...deep]);
    tried(deep, protobuf);
  });

  it("that is cut off in protobuf is refused, not read in part", () => {
    const body = toProtobuf(fixture("claude-code-logs-api_request"));
    expect(() => decodeLogs(body.subarray(0, body.length - 1), protobuf)).toThrow("not an OTLP request");
    expect(() => decodeLogs(body.subarray(0, 400), protobuf)).toThrow("not an OTLP request");
    // A scope that is longer than the resource it lies in, and a number without its bytes.
    expect(() => decodeLogs(new Uint8Array([10, 2, 18, 2, 8, 1]), protobuf)).toThrow("not an OTLP request");
    expect(() => decodeLogs(new Uint8Array([10, 0, 16]), protobuf)).toThrow("not an OTLP request");
  });

  it("with more in it than an exporter ever sends is refused before it is read", () => {
    const many = "Send smaller batches";
    const text = (body: string) => new TextEncoder().encode(body);
    const nothing = `${"{},".repeat(5_000_000)}{}`;
    expect(() => decodeLogs(text(`{"resourceLogs":[${nothing}]}`), json)).toThrow(many);
    expect(() => decodeMetrics(text(`{"resourceMetrics":[{"scopeMetrics":[${nothing}]}]}`), json)).toThrow(
      many,
    );
    expect(() =>
      decodeLogs(
        new Uint8Array(4_000_000).map((_, at) => (at % 2 ? 0 : 10)),
        protobuf,
      ),
    ).toThrow(many);
    expect(() => decodeMetrics(new Uint8Array(4_000_000).fill(24), protobuf)).toThrow(many);
    // 512 records of 20 attributes are a batch.
    const attributes = Array.from({ length: 20 }, (_, at) => ({
      key: `a.${at}`,
      value: { stringValue: "x,{[" },
    }));
    const logs = logsOf({}, ...Array.from({ length: 2_000 }, () => ({ attributes })));
    expect(decodeLogs(encode(logs), json)).toHaveLength(2_000);
    expect(decodeLogs(toProtobuf(logs), protobuf)).toHaveLength(2_000);
  });
});

import { gzipSync } from "node:zlib";
import { PbfReader } from "pbf";
import { describe, expect, it } from "vitest";
import { otlpAnswer } from "../../src/http/otlp-answer.ts";
import { geminiTokens } from "../ingest/otlp-fixtures.ts";
import { running } from "./running.ts";

const paths = ["/v1/logs", "/v1/metrics", "/v1/traces"];
const protobuf = { "content-type": "application/x-protobuf" };

describe.each(paths)("POST %s", (path) => {
  it("takes an empty export in JSON and in protobuf, and answers in the same", async () => {
    const { post } = await running();
    const json = await post(path, "{}");
    expect([json.status, json.headers.get("content-type"), json.body]).toEqual([
      200,
      "application/json",
      { partialSuccess: {} },
    ]);
    const bytes = await post(path, new Uint8Array(), protobuf);
    expect([bytes.status, bytes.headers.get("content-type"), bytes.bytes.length]).toEqual([
      ...[200, "application/x-protobuf", 0],
    ]);
    const packed = await post(path, gzipSync("{}"), { "content-encoding": "gzip" });
    expect(packed.status).toBe(200);
  });

  it.each([
    ["of another type", "{}", { "content-type": "text/plain" }, 415, "unsupported_media_type"],
    ["without a type", "{}", { "content-type": "" }, 415, "unsupported_media_type"],
    ["of more than 16 MiB", "x".repeat(17 * 1024 * 1024), {}, 413, "body_too_large"],
    [
      "cut off in its gzip",
      gzipSync("{}").subarray(0, 9),
      { "content-encoding": "gzip" },
      400,
      "request_invalid",
    ],
  ])("refuses a body %s", async (_, content, headers, status, code) => {
    const { post } = await running();
    expect(await post(path, content, headers as Record<string, string>)).toMatchObject({
      status,
      body: { error: { code } },
    });
  });

  it("is for keys that may ingest, and for POST", async () => {
    const { post, ask } = await running();
    expect(await post(path, "{}", {}, "fake-read-key")).toMatchObject({ status: 403 });
    expect(await post(path, "{}", {}, "wrong")).toMatchObject({ status: 401 });
    expect(await ask(path)).toMatchObject({ status: 405, body: { error: { code: "method_not_allowed" } } });
  });
});

describe("an export over OTLP", () => {
  it("counts what it tells of usage", async () => {
    const { post, get } = await running();
    expect((await post("/v1/metrics", geminiTokens({ input: 100, output: 20 }))).status).toBe(200);
    expect((await get("/api/v1/usage")).body.total.tokens).toMatchObject({ input: 100, output: 20 });
  });

  it.each(paths.slice(0, 2))(
    "that cannot be read is refused with 400 on %s, so that nobody sends it again",
    async (path) => {
      const { post } = await running();
      for (const headers of [{}, protobuf]) {
        expect(await post(path, "[\xff", headers as Record<string, string>)).toMatchObject({
          ...{ status: 400, body: { error: { code: "request_invalid" } } },
        });
      }
    },
  );

  it("that cannot be kept is refused with 503 and when to send it again", async () => {
    const { post, disk } = await running();
    disk.broken = true;
    const answer = await post("/v1/metrics", geminiTokens({ input: 100 }));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  });

  const rejected = [
    { index: 0, message: "No time." },
    { index: 4, message: "No time." },
  ];
  const context = {} as Parameters<typeof otlpAnswer>[0];

  it("is told how much of it was not taken, and why, in JSON", async () => {
    const tell = async (signal: "logs" | "metrics") =>
      (await otlpAnswer(context, signal, "application/json", rejected)).json();
    const errorMessage = "2 could not be taken: No time.";
    expect(await tell("logs")).toEqual({ partialSuccess: { rejectedLogRecords: "2", errorMessage } });
    expect(await tell("metrics")).toEqual({ partialSuccess: { rejectedDataPoints: "2", errorMessage } });
  });

  it("is told the same in protobuf", async () => {
    const response = otlpAnswer(context, "logs", "application/x-protobuf", rejected);
    const answer = new PbfReader(new Uint8Array(await response.arrayBuffer()));
    const told: (number | string)[] = [];
    answer.readFields((tag) => {
      expect(tag).toBe(1);
      answer.readMessage((field) => {
        told.push(field === 1 ? answer.readVarint() : answer.readString());
      }, undefined);
    }, undefined);
    expect(told).toEqual([2, "2 could not be taken: No time."]);
  });
});

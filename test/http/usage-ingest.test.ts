import { createHash } from "node:crypto";
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { running } from "./running.ts";

const path = "/api/v1/usage";
const tokens = { input: 1250, output: 850, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
const record = (id: string, rest: object = {}) => ({
  id,
  at: "2026-11-22T02:00:00Z",
  account: "glm-main",
  model: "glm-4.7",
  tokens,
  ...rest,
});
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const mebibytes = (count: number) => "x".repeat(count * 1024 * 1024);

describe("POST /api/v1/usage", () => {
  it("takes one record, a list, or a record a line, each once", async () => {
    const { post, get } = await running();
    const bodies = [
      await post(path, record("a")),
      await post(path, [record("a"), record("b")]),
      await post(path, `${JSON.stringify(record("b"))}\n${JSON.stringify(record("c"))}\n`, {
        "content-type": "application/x-ndjson",
      }),
    ].map(({ status, body }) => [status, body]);
    expect(bodies).toEqual([
      [200, { accepted: 1, duplicates: 0, rejected: [] }],
      [200, { accepted: 1, duplicates: 1, rejected: [] }],
      [200, { accepted: 1, duplicates: 1, rejected: [] }],
    ]);
    expect((await get(path)).body.total).toMatchObject({ requests: 3, tokens: { total: 6300 } });
  });

  it("keeps the good part of a list and tells which of the rest failed, also when nothing is left", async () => {
    const { post } = await running();
    const some = await post(path, [record("a"), record("b", { tokens: { input: -1 } }), 7]);
    expect(some).toMatchObject({
      status: 200,
      body: { accepted: 1, rejected: [{ index: 1 }, { index: 2 }] },
    });
    const none = await post(path, [7]);
    expect(none).toMatchObject({ status: 200, body: { accepted: 0, rejected: [{ index: 0 }] } });
    expect(await post(path, [])).toMatchObject({ status: 200, body: { accepted: 0, rejected: [] } });
  });

  it("tells the key by its name to whoever keeps the record", async () => {
    const { post, get } = await running();
    const { at: _, ...undated } = record("", { id: undefined });
    await post(path, { ...undated, at: "2026-11-22T02:00:00Z" });
    await post(path, { ...undated, at: "2026-11-22T02:00:00Z" }, {}, "fake-ops-key");
    expect((await get(path)).body.total.requests).toBe(2);
  });

  it.each(["", "identity", "gzip", "x-gzip", "GZIP"])("takes a body packed as %j", async (packing) => {
    const { post } = await running();
    const text = JSON.stringify(record("a"));
    const body = /gzip/i.test(packing) ? gzipSync(text) : text;
    const headers = packing === "" ? {} : { "content-encoding": packing };
    expect(await post(path, body, headers)).toMatchObject({ status: 200, body: { accepted: 1 } });
  });

  it.each([
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/jsonl",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
  ])("takes a body of the type %s", async (type) => {
    const { post } = await running();
    expect(await post(path, record("a"), { "content-type": type })).toMatchObject({
      status: 200,
      body: { accepted: 1 },
    });
  });

  it("takes a body whose type and length nobody tells", async () => {
    const { url } = await running();
    const answer = await new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, {
        method: "POST",
        headers: { authorization: "Bearer fake-ingest-key", "transfer-encoding": "chunked" },
      });
      sent.on("response", (response) => response.on("data", (data) => resolve(JSON.parse(String(data)))));
      sent.on("error", reject);
      const text = JSON.stringify(record("a"));
      sent.write(text.slice(0, 20));
      setTimeout(() => sent.end(text.slice(20)), 20);
    });
    expect(answer).toMatchObject({ accepted: 1 });
  });

  const wrongs: [string, string | Uint8Array, Record<string, string>, number, string][] = [
    ["nothing", "", {}, 400, "request_invalid"],
    ["half of a record", JSON.stringify(record("a")).slice(0, 40), {}, 400, "request_invalid"],
    ["what is deeply nested", "[".repeat(200_000), {}, 400, "request_invalid"],
    ["text in Latin-1", Buffer.from('{"user":"Jos\xe9"}', "latin1"), {}, 400, "request_invalid"],
    ["text in UTF-16", Buffer.from(JSON.stringify(record("a")), "utf16le"), {}, 400, "request_invalid"],
    ["XML", "<a/>", { "content-type": "application/xml" }, 415, "unsupported_media_type"],
    ["protobuf", "", { "content-type": "application/x-protobuf" }, 415, "unsupported_media_type"],
    ["a form of parts", "", { "content-type": "multipart/form-data" }, 415, "unsupported_media_type"],
    ["a packing of its own", "{}", { "content-encoding": "zstd" }, 415, "unsupported_media_type"],
    ["two packings", "{}", { "content-encoding": "gzip, gzip" }, 415, "unsupported_media_type"],
    ["what only says it is gzip", "{}", { "content-encoding": "gzip" }, 400, "request_invalid"],
    ["gzip cut off", gzipSync("[]").subarray(0, -4), { "content-encoding": "gzip" }, 400, "request_invalid"],
    ["more than 16 MiB", mebibytes(16.1), {}, 413, "body_too_large"],
    ["64 MiB in 64 KiB of gzip", bomb, { "content-encoding": "gzip" }, 413, "body_too_large"],
  ];
  it.each(wrongs)("refuses %s", async (_, content, headers, status, code) => {
    const { post, log } = await running();
    const answer = await post(path, content, headers);
    expect(answer).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } });
    expect(Object.keys(answer.body)).toEqual(["error"]);
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("goes on after refusing a body on the same connection, or says that it does not", async () => {
    const { exchange } = await running();
    const head = (length: number, more = "") =>
      `POST ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer fake-ingest-key\r\n${more}content-length: ${length}\r\n\r\n`;
    const text = JSON.stringify(record("a"));
    const answers = await exchange(
      `${head(2, "content-encoding: gzip\r\n")}{}${head(text.length)}${text}${head(2 ** 30)}`,
    );
    expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual([
      "400",
      "200",
      "413",
    ]);
    expect(answers.split("HTTP/1.1 413")[1]).toContain("connection: close");
  });

  it("unpacks bombs without letting them grow, many at once, and works meanwhile", async () => {
    const { post } = await running();
    const before = process.memoryUsage().rss;
    const bombs = Array.from({ length: 16 }, () => post(path, bomb, { "content-encoding": "gzip" }));
    expect(await post(path, record("a"))).toMatchObject({ status: 200 });
    for (const { status } of await Promise.all(bombs)) expect(status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  it("says when to try again while nothing can be kept, and takes it then", async () => {
    const { post, disk } = await running();
    disk.broken = true;
    const answer = await post(path, record("a"));
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "store_unavailable" } } });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    disk.broken = false;
    expect(await post(path, record("a"))).toMatchObject({ status: 200, body: { accepted: 1 } });
  });

  it("keeps nothing of a body whose sender goes away in the middle, and nothing breaks", async () => {
    const { url, get, post, log } = await running();
    const digest = createHash("sha256").update("x").digest("hex");
    for (const _ of Array.from({ length: 5 })) {
      const sent = request(`${url}${path}`, {
        method: "POST",
        headers: { authorization: "Bearer fake-ingest-key", "content-length": 1000 },
      });
      sent.on("error", () => {});
      sent.write(`[${JSON.stringify(record(digest))},`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      sent.destroy();
    }
    expect(await post(path, record("a"))).toMatchObject({ status: 200 });
    expect((await get(path)).body.total.requests).toBe(1);
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("is for keys that may ingest, and for POST", async () => {
    const { post, ask } = await running();
    expect(await post(path, record("a"), {}, "fake-read-key")).toMatchObject({ status: 403 });
    expect(await post(path, record("a"), {}, "wrong")).toMatchObject({ status: 401 });
    const put = await ask(path, { method: "PUT", body: "{}" });
    expect(put).toMatchObject({ status: 405, body: { error: { code: "method_not_allowed" } } });
    expect(put.headers.get("allow")).toBe("GET, HEAD, POST");
  });
});

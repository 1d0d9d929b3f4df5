import { expect, it } from "vitest";
import { running } from "./running.ts";

const post = "POST /api/v1/usage HTTP/1.1\r\nhost: a\r\nauthorization: Bearer fake-ingest-key\r\n";

it.each([
  ["no HTTP at all", "hello\r\n\r\n", 400],
  ["a header that is none", `${post}nonsense\r\n\r\n`, 400],
  ["headers of 32 KiB", `${post}x: ${"y".repeat(32 * 1024)}\r\n\r\n`, 431],
  ["two lengths", `${post}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 400],
  ["a length and chunks", `${post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`, 400],
  ["a length that is no number", `${post}content-length: two\r\n\r\n{}`, 400],
  ["a chunk that is none", `${post}transfer-encoding: chunked\r\n\r\n2\r\n[]\r\nzz\r\n`, 400],
  ["no host", "GET /api/v1/usage HTTP/1.0\r\n\r\n", 400],
  ["a host that is none", "GET /api/v1/usage HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n", 400],
  ["an address that is none", "GET //[ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 404],
  ["another address than a path", "GET http://[/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
])("%s is answered like any failure, and the server goes on", async (_, text, status) => {
  const { exchange, get, log } = await running();
  const [head = "", body = ""] = (await exchange(text)).split("\r\n\r\n");
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(body)).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
  expect(await get("/healthz")).toMatchObject({ status: 200 });
  expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
});

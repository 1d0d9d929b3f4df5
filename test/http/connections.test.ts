import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ConnectionLimits } from "../../src/http/connections.ts";
import type { HttpEnv } from "../../src/http/route.ts";
import { createHttpServer } from "../../src/http/server.ts";
import { dial, listening } from "./listening.ts";
import { bearer, createParts } from "./setup.ts";

async function serving(limits: Partial<ConnectionLimits> = {}) {
  const parts = createParts();
  const server = createHttpServer({ ...parts, host: "127.0.0.1", port: 0, limits });
  onTestFinished(() => server.stop());
  await server.start();
  const url = server.url() ?? "";
  const port = Number(new URL(url).port);
  return {
    ...parts,
    server,
    url,
    port,
    /** What comes back when just this is sent, once the server hangs up. */
    async exchange(text: string): Promise<string> {
      const { socket, state } = await dial(port);
      socket.write(text);
      await expect.poll(() => state.closed, { timeout: 20_000, interval: 20 }).toBe(true);
      return state.received;
    },
    async expectAlive() {
      expect((await fetch(`${url}/healthz`, { headers: { connection: "close" } })).status).toBe(200);
      expect(parts.log.lines.filter(({ level }) => level === "error")).toEqual([]);
    },
  };
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
const anyFailure = { error: { code: expect.any(String), message: expect.any(String) } };
const key = "authorization: Bearer fake-ops-key\r\n";
const close = "connection: close\r\n";
const get = (target: string, rest = "") => `GET ${target} HTTP/1.1\r\nhost: a\r\n${key}${close}${rest}\r\n`;
const post = (rest: string) => `POST /api/v1/usage HTTP/1.1\r\nhost: a\r\n${key}${rest}`;

describe("a request that is odd", () => {
  it.each([
    ["200 headers", get("/healthz", "x: y\r\n".repeat(200)), 431],
    ["3,000 headers", get("/healthz", "x:\r\n".repeat(3_000)), 431],
    ["headers of 20 KiB", get("/healthz", `x: ${"y".repeat(20_000)}\r\n`), 431],
    ["a target of 20 KiB", get(`/${"y".repeat(20_000)}`), 431],
    ["a target of 15,000 characters", get(`/${"y".repeat(15_000)}`), 404],
    ["a query of 15,000 characters", get(`/api/v1/quota?account=${"y".repeat(15_000)}`), 404],
    ["a way up", get("/../../etc/passwd"), 404],
    ["a hidden way up", get("/%2e%2e/%2e%2e/etc/passwd"), 404],
    ["a way up within", get("/api/v1/../v1/quota"), 200],
    ["a hidden slash", get("/api%2fv1%2fquota"), 404],
    ["two slashes", get("//api/v1/quota"), 404],
    ["a zero", get("/api/v1/allocations/%00"), 404],
    ["bytes that are no text", get("/api/v1/allocations/%ff%fe"), 404],
    ["a percent sign alone", get("/api/v1/allocations/%"), 404],
    ["a percent sign in a parameter", get("/api/v1/quota?account=%"), 404],
    ["a semicolon", get("/healthz;x=1"), 404],
    ["a fragment", get("/healthz#x"), 200],
    ["bytes beyond ASCII", get("/gr\u00fc\u00dfe"), 400],
    ["a control character", get("/\u0001"), 400],
    ["a whole address", get("http://a/healthz"), 200],
    ["a whole address of another machine", get("http://elsewhere.example/healthz"), 200],
    ["a whole address of another kind", get("ftp://a/healthz"), 400],
    ["an address without a path", get("http://a"), 404],
    ["a star", "OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
    ["two hosts", "GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n", 400],
    ["no host", "GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
    ["an empty host", "GET /healthz HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n", 400],
    ["a host with a path", "GET /healthz HTTP/1.1\r\nhost: a/b\r\nconnection: close\r\n\r\n", 400],
    ["HTTP/1.0", "GET /healthz HTTP/1.0\r\nhost: a\r\n\r\n", 200],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["HTTP/9.9", "GET /healthz HTTP/9.9\r\nhost: a\r\n\r\n", 400],
    ["a line folded in two", get("/healthz", "x: y\r\n z\r\n"), 400],
    ["line feeds alone", "GET /healthz HTTP/1.1\nhost: a\nconnection: close\n\n", 400],
    ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n", 400],
    ["TRACE", "TRACE /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 405],
    ["OPTIONS", "OPTIONS /api/v1/quota HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 405],
    ["a method nobody knows", "BREW /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
    ["a method of WebDAV", "PROPFIND /api/v1/quota HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 405],
    ["CONNECT", "CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n", 405],
    ["an upgrade", get("/healthz", "upgrade: websocket\r\nsec-websocket-key: a\r\n"), 200],
    ["an expectation", get("/healthz", "expect: the unexpected\r\n"), 417],
    ["a body for GET", get("/healthz", "content-length: 2\r\n").concat("{}"), 200],
    ["lengths twice", post("content-length: 2\r\ncontent-length: 2\r\n\r\n{}"), 400],
    ["a length below zero", post("content-length: -1\r\n\r\n"), 400],
    ["a length beyond all numbers", post(`content-length: ${"9".repeat(30)}\r\n\r\n`), 400],
    ["a length of many mebibytes", post(`${close}content-length: 900000000\r\n\r\n`), 413],
    ["chunks within chunks", post("transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), 400],
    ["another encoding of transfer", post(`${close}transfer-encoding: gzip\r\n\r\n{}`), 400],
    ["a chunk of a huge size", post("transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n"), 400],
    [
      "a chunk of 20 KiB of extensions",
      post(`transfer-encoding: chunked\r\n\r\n1;${"x".repeat(20_000)}`),
      400,
    ],
    ["a chunk with a bare line feed", post("transfer-encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n"), 400],
  ])("with %s is answered in the usual shape, and the server goes on", async (_, text, status) => {
    const { exchange, expectAlive } = await serving({ headersTimeout: 2_000, requestTimeout: 2_000 });
    const answer = await exchange(text);
    expect([statusOf(answer), answer.slice(0, 300)]).toEqual([status, expect.any(String)]);
    if (status >= 400) expect(bodyOf(answer)).toEqual(anyFailure);
    await expectAlive();
  });
});

describe("a client that takes its time", () => {
  const quick = { headersTimeout: 300, requestTimeout: 600, keepAliveTimeout: 300, silence: 800 };

  it.each([
    ["nothing", ""],
    ["a part of its headers", "GET /healthz HTTP/1.1\r\nhost: a\r\nx-slow: "],
    ["a part of its body", post("content-length: 100\r\n\r\n[")],
    ["a part of a chunk", post("transfer-encoding: chunked\r\n\r\n5\r\n[")],
    ["a body while its key is wrong", "POST /api/v1/usage HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n["],
  ])("and sends %s is hung up on", async (_, text) => {
    const { exchange, expectAlive } = await serving(quick);
    const answer = await exchange(text);
    expect([408, 401]).toContain(statusOf(answer));
    expect(bodyOf(answer)).toEqual(anyFailure);
    await expectAlive();
  });

  it("and sends a byte now and then gets no more time by that", async () => {
    const { port, expectAlive } = await serving(quick);
    const { socket, state } = await dial(port);
    socket.write("GET /healthz HTTP/1.1\r\nhost: a\r\n");
    const drip = setInterval(() => socket.write("x: y\r\n"), 50);
    onTestFinished(() => clearInterval(drip));
    await expect.poll(() => state.closed, { timeout: 20_000 }).toBe(true);
    expect(statusOf(state.received)).toBe(408);
    await expectAlive();
  });

  it("and closes its half alone gets its answer all the same", async () => {
    const { port } = await serving();
    const { socket, state } = await dial(port);
    socket.end("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    await expect.poll(() => state.closed).toBe(true);
    expect(statusOf(state.received)).toBe(200);
  });

  it("and does not read its answers is hung up on, after little work was done for it", async () => {
    let answered = 0;
    const app = new Hono<HttpEnv>();
    app.get("/", () => {
      answered += 1;
      return new Response("x".repeat(1024 * 1024));
    });
    const { port, server } = await listening(app, { ...quick, keepAliveTimeout: 5_000 });
    const { socket } = await dial(port);
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(300));
    const open = () => new Promise((resolve) => server.getConnections((_, number) => resolve(number)));
    await expect.poll(() => answered).toBeGreaterThan(0);
    await expect.poll(open, { timeout: 20_000 }).toBe(0);
    expect(answered).toBeLessThan(30);
  });
});

it("answers while 500 connections are open on which nothing is sent, and closes them in time", async () => {
  const { port, expectAlive } = await serving({ headersTimeout: 1_500 });
  const idle = await Promise.all(Array.from({ length: 500 }, () => dial(port)));
  await expectAlive();
  await expect
    .poll(() => idle.filter(({ state }) => state.closed).length, { timeout: 30_000, interval: 100 })
    .toBe(500);
  await expectAlive();
});

it("refuses connections beyond those it may have, says so once, and takes new ones when some are closed", async () => {
  const { port, log, url } = await serving({ connections: 5 });
  const five = await Promise.all(Array.from({ length: 5 }, () => dial(port)));
  for (let times = 0; times < 3; times += 1) {
    const { state } = await dial(port);
    await expect.poll(() => state.closed).toBe(true);
    expect(state.received).toBe("");
  }
  expect(log.lines.filter(({ level }) => level === "warn")).toMatchObject([{ fields: { connections: 5 } }]);
  for (const { socket } of five) socket.destroy();
  await expect
    .poll(
      async () =>
        await fetch(`${url}/healthz`).then(
          ({ status }) => status,
          () => 0,
        ),
    )
    .toBe(200);
});

it("answers requests that come together in their order, up to a number that closes the connection", async () => {
  const { exchange } = await serving({ requestsPerConnection: 3, keepAliveTimeout: 200 });
  const one = (target: string) => `GET ${target} HTTP/1.1\r\nhost: a\r\n${key}\r\n`;
  const answer = await exchange(one("/healthz") + one("/nothing") + one("/healthz"));
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual(["200", "404", "200"]);
  expect(answer.toLowerCase().split("connection: close").length).toBe(2);
});

it("lets a client wait for leave to send its body", async () => {
  const { exchange } = await serving();
  const body = JSON.stringify({ id: "r1", account: "glm-main", tokens: { input: 1 } });
  const answer = await exchange(
    post(`${close}expect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
  );
  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
});

it("ends streams when it stops, and waits for nobody who listens", async () => {
  const { url, server } = await serving();
  const response = await fetch(`${url}/api/v1/events`, bearer("fake-read-key"));
  const text = response.text();
  await server.stop();
  expect(await text).toMatch(/^retry: 3000\n\n/);
});

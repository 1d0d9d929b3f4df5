import { request } from "node:http";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createHttpServer } from "../../src/http/server.ts";
import { bearer, createParts } from "./setup.ts";

async function started(options: { read?: () => Promise<never>; host?: string; port?: number } = {}) {
  const parts = createParts(options.read);
  const server = createHttpServer({ ...parts, host: options.host ?? "127.0.0.1", port: options.port ?? 0 });
  onTestFinished(() => server.stop());
  await server.start();
  return { ...parts, server, url: server.url() ?? "" };
}

it("listens on this machine alone, and says where", async () => {
  const { url, log } = await started();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(log.lines).toMatchObject([{ level: "info", fields: { url } }]);
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ ok: true });
});

it("warns when other machines can reach it", async () => {
  const { log } = await started({ host: "0.0.0.0" });
  expect(log.lines).toMatchObject([{}, { level: "warn", message: expect.stringContaining("TLS") }]);
});

it("says that a port is taken, and which", async () => {
  const { url } = await started();
  const port = Number(new URL(url).port);
  await expect(started({ port })).rejects.toMatchObject({
    ...{ code: "config_invalid", message: expect.stringMatching(`127.0.0.1:${port} .*http.port`) },
  });
});

it("refuses a body without a declared length as soon as it is too large", async () => {
  const { url } = await started();
  const answer = await new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v1/snapshots`, { method: "POST", ...bearer("fake-ingest-key") });
    sent.on("response", (response) => resolve([response.resume().statusCode, response.headers.connection]));
    sent.on("error", reject);
    for (let written = 0; written < 20; written++) sent.write("x".repeat(64 * 1024));
    sent.end();
  });
  expect(answer).toEqual([413, "close"]);
});

it("stops at once for callers who wait for a provider, telling them what is known", async () => {
  const { url, server } = await started({ read: () => new Promise(() => {}) });
  const waiting = fetch(`${url}/api/v1/quota?fresh=1`, bearer("fake-read-key"));
  await fetch(`${url}/healthz`);
  const begun = performance.now();
  const [response] = await Promise.all([waiting, server.stop()]);
  expect(response.status).toBe(200);
  expect(performance.now() - begun).toBeLessThan(1_500);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

it("does not wait for ever for a client that sends half a request", async () => {
  const { url, server } = await started();
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  socket.write("POST /api/v1/snapshots HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf");
  const begun = performance.now();
  await server.stop();
  expect(performance.now() - begun).toBeLessThan(3_500);
});

it("can be stopped without having been started", async () => {
  const server = createHttpServer({ ...createParts(), host: "127.0.0.1", port: 0 });
  await server.stop();
  expect(server.url()).toBeUndefined();
});

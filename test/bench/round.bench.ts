import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import pLimit from "p-limit";
import { afterAll, beforeAll, bench, describe } from "vitest";
import { z } from "zod";
import { defineProvider, minutes, secret } from "../../src/core/provider.ts";
import { createReadQuotas } from "../../src/core/services/read-quotas.ts";
import { createDispatcher } from "../../src/providers/kit/http.ts";
import { createCredentials } from "../../src/providers/reader/credentials.ts";
import { createReader } from "../../src/providers/reader/reader.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota } from "../fakes/core.ts";

// One round over 1,000 accounts of 20 providers that take 200 ms to answer, next to the bound that 16 reads at a time
// set: nothing but the waiting. How many times longer the round takes stands at the end of the report.

const count = 1_000;
const answerAfter = 200;
const concurrency = 16;

const server = createServer((_request, response) => {
  setTimeout(() => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ used: 40 }));
  }, answerAfter);
});
const dispatcher = createDispatcher();

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
afterAll(async () => {
  await dispatcher.destroy();
  server.close();
});

const providers = Array.from({ length: 20 }, (_, index) =>
  defineProvider({
    id: `provider-${index}`,
    name: `Provider ${index}`,
    official: true,
    hosts: ["api.example.com"],
    settings: z.object({ apiKey: secret("EXAMPLE_KEY") }),
    minInterval: minutes(5),
    async read({ http, settings }) {
      const headers = { authorization: `Bearer ${settings.apiKey}` };
      const answer = await http.json({ url: "https://api.example.com/quota", headers });
      return { readings: [quota({ used: Number((answer as { used: number }).used) })] };
    },
  }),
);

async function round(): Promise<void> {
  const clock = createManualClock();
  const log = createKeptLog();
  const credentials = createCredentials({ environment: {}, home: tmpdir(), folder: tmpdir(), clock });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = Array.from({ length: count }, (_, index) =>
    account(`a${index}`, {
      provider: providers[index % providers.length]?.id ?? "",
      credentials: { apiKey: `key-${index}` },
      baseUrl,
    }),
  );
  const reader = createReader({ providers, credentials, dispatcher, clock, log });
  const readQuotas = createReadQuotas({
    accounts,
    reader: { ...reader, minInterval: () => minutes(5) },
    snapshots: createMemoryStore().snapshots,
    clock,
    log,
    random: Math.random,
    concurrency,
  });
  const cpu = process.cpuUsage();
  const memory = process.memoryUsage().rss;
  await readQuotas.read(accounts, "due");
  const { user, system } = process.cpuUsage(cpu);
  const kilobytes = (process.memoryUsage().rss - memory) / 1024;
  console.info(
    `per account: ${((user + system) / count / 1000).toFixed(2)} ms of CPU (the answering server included), ` +
      `${(kilobytes / count).toFixed(1)} KiB more memory`,
  );
}

async function nothingButWaiting(): Promise<void> {
  const limit = pLimit(concurrency);
  const wait = () => new Promise((resolve) => setTimeout(resolve, answerAfter));
  await Promise.all(Array.from({ length: count }, () => limit(wait)));
}

describe("a full round over 1,000 accounts", () => {
  const once = { iterations: 1, time: 0, warmupIterations: 0, warmupTime: 0 };
  bench("the bound", nothingButWaiting, once);
  bench("read", round, once);
});

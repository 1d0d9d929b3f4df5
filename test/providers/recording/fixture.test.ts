import { Agent, MockAgent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Provider } from "../../../src/core/provider.ts";
import { providers } from "../../../src/providers/index.ts";
import { createHttp } from "../../../src/providers/kit/http.ts";
import { makeFixture } from "../../../src/providers/recording/fixture.ts";
import { createRecorder, type RawRead } from "../../../src/providers/recording/recorder.ts";
import { zai } from "../../../src/providers/zai.ts";
import { replay } from "../../provider-contract.ts";
import { type Fixture, fixtureSchema, loadFixtures, read } from "../../provider-fixtures.ts";
import { serve } from "../http-server.ts";

/** The read of a fixture, as a recorder would have seen it. */
async function recorded(provider: Provider, fixture: Fixture): Promise<RawRead> {
  const agent = new MockAgent();
  agent.disableNetConnect();
  for (const { request, status, headers, body } of fixture.exchanges) {
    const { origin, pathname, search } = new URL(request.url);
    const data = typeof body === "string" ? body : JSON.stringify(body ?? "");
    agent
      .get(origin)
      .intercept({ path: pathname + search, method: request.method })
      .reply(status, data, { headers });
  }
  const recorder = createRecorder(agent as unknown as Agent);
  await read(recorder.watch(provider), fixture, recorder.dispatcher as MockAgent);
  const seen = recorder.read();
  if (seen === undefined) throw new Error("nothing was recorded");
  return seen;
}

describe("a fixture made of a read", () => {
  it.each(providers.filter(({ hosts }) => hosts.length > 0))(
    "plays back and tells the same numbers: $name",
    async (provider) => {
      // A few of each: the rest is alike.
      for (const { fixture } of loadFixtures(provider.id).filter((_, index) => index % 7 === 0)) {
        const made = await makeFixture(provider, await recorded(provider, fixture), []);
        expect(made.faithful).toBe(true);
        await replay(provider, fixtureSchema.parse(JSON.parse(JSON.stringify(made.fixture))));
      }
    },
  );

  const madeOfZai = async (body: object, status = 200) => {
    const settings = { apiKey: "sk-Zb81mLw9fQ2x" };
    const request = { method: "GET" as const, url: "https://api.z.ai/api/monitor/usage/quota/limit" };
    const exchanges = [{ request, status, headers: { "content-type": "application/json" }, body }];
    const about = { about: "", now: "2026-11-22T03:00:00Z", settings, exchanges };
    return await makeFixture(zai, await recorded(zai, { ...about, expect: { readings: [] } }), []);
  };

  it("keeps of a sentence only the words that the provider's code looks for", async () => {
    const { fixture } = await madeOfZai({
      code: 500,
      success: false,
      msg: "Dear Lan at Acme, no coding plan here",
    });
    expect(fixture.expect).toEqual({ error: "provider_not_applicable" });
    expect(fixture.exchanges[0]?.body).toEqual({ code: 500, success: false, msg: "… … … … no … plan …" });
  });

  it("counts what it replaced, by kind", async () => {
    const { replaced } = await madeOfZai({
      data: { level: "pro", limits: [{ type: "TOKENS_LIMIT", unit: 3, number: 5, percentage: 1 }] },
      mail: "lan@example.net",
      name: "Lan",
      owner: "Mai",
      again: "Lan",
    });
    expect(Object.fromEntries(replaced)).toEqual({ secret: 1, "e-mail": 1, name: 2, text: 1 });
  });
});

describe("a recorder", () => {
  it("keeps the answers in the order of the requests, unpacked, and those of the last read alone", async () => {
    const { address } = await serve((request, response) => {
      const slow = request.url?.includes("first");
      setTimeout(() => response.end(JSON.stringify({ path: request.url })), slow ? 50 : 0);
    });
    const agent = new Agent();
    onTestFinished(() => agent.close());
    const recorder = createRecorder(agent);
    const http = createHttp({
      name: "Test",
      hosts: ["api.z.ai"],
      baseUrl: address,
      dispatcher: recorder.dispatcher,
      signal: new AbortController().signal,
      now: () => 0,
    });
    const ask = (path: string) => http.json({ url: `https://api.z.ai/${path}` });
    const provider = recorder.watch({
      ...zai,
      read: async () => {
        await Promise.all([ask("first"), ask("second")]);
        return { readings: [] };
      },
    });
    await ask("renewal");
    await provider.read({ http, now: 5, settings: { apiKey: "k" } });
    await provider.read({ http, now: 6, settings: { apiKey: "l" } });
    const seen = recorder.read();
    expect(seen?.exchanges.map(({ body }) => JSON.parse(body))).toEqual([
      { path: "/first" },
      { path: "/second" },
    ]);
    expect(seen).toMatchObject({ now: 6, settings: { apiKey: "l" }, outcome: { reading: { readings: [] } } });
  });
});

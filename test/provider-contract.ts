import { inspect } from "node:util";
import { MockAgent } from "undici";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import type { Reading } from "../src/core/domain/quota.ts";
import { type ErrorCode, isAppError } from "../src/core/errors.ts";
import { type Provider, type ProviderReading, secretEnvironment } from "../src/core/provider.ts";
import {
  type Answer,
  type Exchange,
  type Fixture,
  loadFixtures,
  mutations,
  present,
  read,
  readFrom,
  readWithoutNetwork,
} from "./provider-fixtures.ts";

/** What a provider sent, as the mocked connection saw it. */
interface Sent {
  headers: Record<string, string>;
  body: string;
}

/**
 * The suite every provider passes: its fixtures in test/fixtures/providers/<id>, and the rules that hold for all.
 * Call it at the top of test/providers/<id>.test.ts.
 */
export function checkProvider(provider: Provider): void {
  const fixtures = loadFixtures(provider.id);
  const succeeding = fixtures.filter((named) => "readings" in named.fixture.expect);
  const sample = succeeding[0]?.fixture;
  if (sample === undefined)
    throw new Error(`test/fixtures/providers/${provider.id} has no answer that succeeds`);

  describe(`${provider.name} reads its fixtures`, () => {
    it.each(fixtures)("$name: $fixture.about", async ({ fixture }) => {
      await replay(provider, fixture);
    });
  });

  describe(`${provider.name} keeps the provider contract`, () => {
    it("names the environment variable of each secret", () => {
      const settings = Object.entries(provider.settings.shape as Record<string, z.ZodType>);
      const secrets = settings.filter(([, schema]) => secretEnvironment(schema) !== undefined);
      expect(secrets.length).toBeGreaterThan(0);
      for (const [name, schema] of secrets) {
        expect(secretEnvironment(schema)).toMatch(/^[A-Z][A-Z0-9_]+$/);
        // The other checks look for secrets by this mark.
        expect(sample.settings[name]).toMatch(/^fake-/);
      }
      const plain = settings.filter(([, schema]) => secretEnvironment(schema) === undefined);
      for (const [name] of plain) expect(name).not.toMatch(/token|key|secret|password/i);
    });

    // Of a service that has ended nothing is asked, so it has no answers to misread.
    if (provider.hosts.length === 0) return;

    it.each<[string, Answer, ErrorCode]>([
      ["401", { status: 401 }, "provider_auth_rejected"],
      ["403", { status: 403 }, "provider_forbidden"],
      ["429", { status: 429 }, "provider_rate_limited"],
      ["500", { status: 500 }, "provider_unavailable"],
      ["503", { status: 503 }, "provider_unavailable"],
      [
        "a login page",
        { status: 200, type: "text/html", body: "<html>canary</html>" },
        "provider_unexpected_response",
      ],
      ["an empty object", { status: 200, body: "{}" }, "provider_unexpected_response"],
      ["a cut-off body", { status: 200, body: '{"canary": [{"a": 1' }, "provider_unexpected_response"],
      ["a redirect", { status: 302, location: "https://canary.invalid/" }, "provider_unexpected_response"],
    ])("answers %s with a code and nothing secret", async (_, answer, code) => {
      const { error } = await readFrom(provider, sample, answer);
      expectPublic(error, sample.settings);
      expect(isAppError(error) && error.code).toBe(code);
    });

    it("hands on how long it was asked to wait", async () => {
      const { error } = await readFrom(provider, sample, { status: 429, retryAfter: "120" });
      expect(isAppError(error, "provider_rate_limited") && error.details.retryAfter).toBe(120_000);
    });

    it("asks declared hosts only, and only the account's baseUrl when there is one", async () => {
      const plain = await readFrom(provider, sample, { status: 500 });
      expect(plain.origins.length).toBeGreaterThan(0);
      for (const origin of plain.origins) expect(provider.hosts).toContain(new URL(origin).hostname);
      const based = await readFrom(provider, sample, {
        status: 500,
        baseUrl: "http://proxy.invalid:8080/ai/",
      });
      expect(new Set(based.origins)).toEqual(new Set(["http://proxy.invalid:8080"]));
    });

    it("asks nothing once the read is aborted, and ends one that is under way", async () => {
      const before = await readFrom(provider, sample, { status: 200, abort: "before" });
      expect(isAppError(before.error) && before.error.code).toBe("provider_unreachable");
      expect(before.origins).toEqual([]);
      const during = await readFrom(provider, sample, { status: 200, abort: "during" });
      expect(isAppError(during.error) && during.error.code).toBe("provider_unreachable");
    });

    it("never crashes on an answer with any one part missing or of another type", async () => {
      for (const { fixture } of succeeding) {
        for (const [index, exchange] of fixture.exchanges.entries()) {
          for (const body of mutations(exchange.body)) {
            const exchanges = fixture.exchanges.with(index, { ...exchange, body });
            const { reading, error } = await readWithoutNetwork(provider, { ...fixture, exchanges });
            const crashed = isAppError(error) ? undefined : "it crashed";
            const fault = reading === undefined ? crashed : faultOf(reading);
            if (fault !== undefined) throw new Error(`${fault}: ${JSON.stringify(body)}`, { cause: error });
          }
        }
      }
    });
  });
}

/** Plays the fixture through the real HTTP code; every exchange must be used, in order per address, and none besides. */
export async function replay(provider: Provider, fixture: Fixture): Promise<void> {
  const agent = new MockAgent({ enableCallHistory: true });
  agent.disableNetConnect();
  const sent: Sent[] = [];
  for (const [index, exchange] of fixture.exchanges.entries()) {
    const url = new URL(exchange.request.url);
    agent
      .get(url.origin)
      .intercept({ path: url.pathname + url.search, method: exchange.request.method })
      .reply((options) => {
        sent[index] = {
          headers: Object.fromEntries(new Headers(options.headers as Record<string, string>)),
          body: String(options.body ?? ""),
        };
        return {
          statusCode: exchange.status,
          data: typeof exchange.body === "string" ? exchange.body : JSON.stringify(exchange.body ?? ""),
          responseOptions: { headers: exchange.headers },
        };
      });
  }
  const { reading, error } = await read(provider, fixture, agent);
  const asked = agent.getCallHistory()?.calls() ?? [];
  expect(asked.map((call) => `${call.method} ${call.fullUrl}`).sort()).toEqual(
    fixture.exchanges.map(({ request }) => `${request.method} ${request.url}`).sort(),
  );
  for (const [index, exchange] of fixture.exchanges.entries()) expectSent(sent[index], exchange);
  await agent.close();

  if ("error" in fixture.expect) {
    expect(reading).toBeUndefined();
    expectPublic(error, fixture.settings);
    expect(isAppError(error) && present({ error: error.code, ...error.details })).toEqual(fixture.expect);
    return;
  }
  expect(error).toBeUndefined();
  if (reading === undefined) return;
  expect(faultOf(reading)).toBeUndefined();
  const { plan, retired, readings } = reading;
  const owner = fixture.expect.owner === undefined ? undefined : reading.owner;
  expect(present({ plan, owner, retired, readings: readings.map(presentReading) })).toEqual(fixture.expect);
}

function expectSent(sent: Sent | undefined, exchange: Exchange): void {
  const { headers = {}, json, form } = exchange.request;
  const wanted = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  expect(sent?.headers).toMatchObject(wanted);
  if (json !== undefined) expect(JSON.parse(sent?.body ?? "")).toMatchObject(json as object);
  if (form !== undefined) expect(Object.fromEntries(new URLSearchParams(sent?.body))).toMatchObject(form);
}

/** What the rest of the program cannot trust in a reading; undefined when nothing. Plain code, as it runs often. */
function faultOf({ readings }: ProviderReading): string | undefined {
  const ids = new Set(readings.map(({ id }) => id));
  if (ids.size < readings.length) return "ids are not distinct";
  for (const reading of readings) {
    for (const [name, value] of Object.entries(reading)) {
      if (typeof value === "number" && !Number.isFinite(value)) return `${name} is not finite`;
    }
    if (reading.label === "") return "a label is empty";
    if (!/^[a-z0-9]/.test(reading.id)) return "an id does not start with a letter or digit";
  }
  return undefined;
}

/** An AppError of a provider that repeats neither a secret nor what the provider wrote. */
function expectPublic(error: unknown, settings: Record<string, string>): void {
  expect(isAppError(error) && error.code).toMatch(/^provider_/);
  const everything = inspect(error, { depth: 10, showHidden: true });
  expect(everything).not.toContain("canary");
  for (const value of Object.values(settings)) {
    if (value.startsWith("fake-")) expect(everything).not.toContain(value);
  }
}

function presentReading(reading: Reading): object {
  const resetsAt = "resetsAt" in reading ? reading.resetsAt : undefined;
  return present({
    ...reading,
    resetsAt: resetsAt === undefined ? undefined : new Date(resetsAt).toISOString(),
  });
}

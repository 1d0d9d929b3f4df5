import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tokens } from "../../src/core/domain/usage.ts";
import type { Reported, UsageDraft } from "../../src/core/services/record-usage.ts";
import { createOtlpIngest } from "../../src/ingest/otlp/ingest.ts";
import { createManualClock } from "../fakes/core.ts";
import {
  attributes,
  encode,
  fixture,
  geminiTokens,
  hash,
  json,
  logsOf,
  metricsOf,
  nanos,
} from "./otlp-fixtures.ts";
import type { OtlpJson } from "./otlp-protobuf.ts";

const hour = 3_600_000;
const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

/** A house that takes telemetry: settings, and a ledger that keeps each id once and what counters rose to. */
function createHouse() {
  const clock = createManualClock();
  const stored = new Map<string, string>();
  const settings = {
    writes: 0,
    get: async (key: string): Promise<unknown> => JSON.parse(stored.get(key) ?? "null") ?? undefined,
    set: async (key: string, value: unknown) => {
      settings.writes += 1;
      stored.set(key, JSON.stringify(value));
    },
  };
  const records = new Map<string, UsageDraft>();
  const problems: string[] = [];
  const stands = new Map<string, number>();
  const keep = async (reported: readonly Reported[]) => {
    await new Promise(setImmediate);
    for (const one of reported) {
      if ("problem" in one) problems.push(one.problem);
      else if (!records.has(one.id ?? "")) {
        records.set(one.id ?? "", one);
        const { series, value } = one.counter ?? { series: "", value: 0 };
        stands.set(series, Math.max(value, stands.get(series) ?? 0));
      }
    }
    return reported;
  };
  const counters = async (series: readonly string[]) =>
    new Map(
      series.flatMap((one): [string, number][] => {
        const value = stands.get(one);
        return value === undefined ? [] : [[one, value]];
      }),
    );
  const start = () => createOtlpIngest({ settings, counters, clock, hash });
  let ingest = start();
  return {
    ...{ clock, settings, stored, records, problems },
    restart() {
      ingest = start();
    },
    logs: (body: OtlpJson) => ingest.logs(encode(body), json, keep),
    metrics: (body: OtlpJson) => ingest.metrics(encode(body), json, keep),
    tokens(): Tokens {
      const sum = { ...none };
      for (const { tokens = none } of records.values()) {
        for (const name of Object.keys(sum) as (keyof Tokens)[]) sum[name] += tokens[name];
      }
      return sum;
    },
    requests: () => [...records.values()].reduce((sum, { requests = 1 }) => sum + requests, 0),
  };
}

function geminiEvent(input: number, at: string, user = "lan@example.org"): OtlpJson {
  const values = { "event.name": "gemini_cli.api_response", "user.email": user, input_token_count: input };
  const record = { timeUnixNano: nanos(at), attributes: attributes(values) };
  return logsOf({ "service.name": "gemini-cli" }, record);
}

describe("the metrics of Claude Code", () => {
  it("become one record for each model and minute, with its tokens and their cost, and no requests", async () => {
    const house = createHouse();
    await house.metrics(fixture("claude-code-metrics"));
    expect([...house.records.values()]).toEqual([
      {
        ...{ source: "otlp", service: "claude-code", model: "claude-opus-5", user: "dev@example.invalid" },
        ...{ agent: undefined, operation: "main", at: Date.parse("2026-11-22T03:00:00Z") },
        ...{ id: expect.stringMatching(/^otlp-[0-9a-f]{64}$/), requests: 0, counter: undefined },
        tokens: { input: 372, output: 32, cacheRead: 18_000, cacheWrite: 1200, reasoning: 0 },
        costMicros: 21_300,
      },
    ]);
  });

  const claude = (name: string, points: [Record<string, string>, number][], aggregationTemporality = 1) => ({
    name,
    sum: {
      aggregationTemporality,
      dataPoints: points.map(([values, asDouble]) => ({
        attributes: attributes({ model: "m", ...values }),
        startTimeUnixNano: nanos("2026-11-22T02:59:00Z"),
        timeUnixNano: nanos("2026-11-22T03:00:00Z"),
        asDouble,
      })),
    },
  });
  const send = async (...metrics: ReturnType<typeof claude>[]) => {
    const house = createHouse();
    await house.metrics(metricsOf({ "service.name": "claude-code" }, ...metrics));
    return [...house.records.values()];
  };

  it("leave tokens to the price list where their cost is not told, and cost alone counts for nothing", async () => {
    const tokens = claude("claude_code.token.usage", [[{ type: "input", speed: "fast" }, 5]]);
    const cost = claude("claude_code.cost.usage", [[{ speed: "normal" }, 0.25]]);
    expect(await send(tokens, cost)).toMatchObject([{ tokens: { input: 5 }, costMicros: undefined }]);
    expect(await send(cost)).toEqual([]);
  });

  it("tell the same cost once when they are cumulative", async () => {
    const types: [Record<string, string>, number][] = [
      [{ type: "input" }, 5],
      [{ type: "output" }, 7],
    ];
    const records = await send(
      claude("claude_code.token.usage", types, 2),
      claude("claude_code.cost.usage", [[{}, 0.25]], 2),
    );
    expect(records.map(({ tokens, costMicros }) => [tokens, costMicros])).toEqual([
      [{ ...none, input: 5 }, 0],
      [{ ...none, output: 7 }, 0],
      [undefined, 250_000],
    ]);
  });
});

describe("the metrics of Codex", () => {
  it("are sums of turns, made disjoint, without the total", async () => {
    const house = createHouse();
    await house.metrics(fixture("codex-metrics"));
    expect([...house.records.values()]).toMatchObject([
      {
        ...{ service: "codex_cli_rs", model: "gpt-6-astra", requests: 0, user: undefined },
        tokens: { input: 293, output: 940, cacheRead: 17_664, cacheWrite: 0, reasoning: 1260 },
      },
    ]);
  });
});

describe("the metrics of Gemini CLI", () => {
  it("count tokens and requests since the session began, made disjoint", async () => {
    const house = createHouse();
    await house.metrics(fixture("gemini-cli-metrics"));
    expect(house.tokens()).toEqual({
      input: 2800,
      output: 420,
      cacheRead: 7000,
      cacheWrite: 0,
      reasoning: 310,
    });
    expect(house.requests()).toBe(4);
  });

  it("add only what they grew by, through restarts, exports sent again and exports that overtook each other", async () => {
    const house = createHouse();
    const exports = [100, 100, 250, 400].map((input, index) =>
      geminiTokens({ input, cache: input / 10 }, { at: `2026-11-22T03:00:${index}0Z` }),
    );
    await house.metrics(exports[0] ?? {});
    await house.metrics(exports[0] ?? {});
    await house.metrics(exports[1] ?? {});
    house.restart();
    await house.metrics(exports[3] ?? {});
    await house.metrics(exports[2] ?? {});
    await house.metrics(exports[3] ?? {});
    expect(house.tokens()).toEqual({ ...none, input: 360, cacheRead: 40 });
  });

  it("count whole again when a session starts anew, and when a counter without a start falls", async () => {
    const house = createHouse();
    await house.metrics(geminiTokens({ input: 100 }, { start: "2026-11-22T01:00:00Z" }));
    await house.metrics(geminiTokens({ input: 30 }, { start: "2026-11-22T02:00:00Z" }));
    expect(house.tokens().input).toBe(130);
    const nameless = (input: number, at: string) => geminiTokens({ input }, { start: "", at, user: "minh" });
    await house.metrics(nameless(100, "2026-11-22T03:00:00Z"));
    await house.metrics(nameless(30, "2026-11-22T03:00:10Z"));
    await house.metrics(nameless(40, "2026-11-22T03:00:20Z"));
    await house.metrics(nameless(5, "2026-11-22T03:00:30Z"));
    expect(house.tokens().input).toBe(130 + 100 + 30 + 10 + 5);
  });

  it("add up to where the counters stand, in whatever order and however often they come, also at once", async () => {
    const steps = fc.array(fc.nat(50), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(steps, fc.array(fc.nat(7), { maxLength: 12 }), async (grown, order) => {
        const house = createHouse();
        let input = 0;
        const exports = grown.map((step, index) => {
          input += step;
          return geminiTokens({ input }, { at: `2026-11-22T03:00:${String(index).padStart(2, "0")}Z` });
        });
        const sent = [...order.map((index) => exports[index % exports.length] ?? {}), exports.at(-1) ?? {}];
        await Promise.all(sent.map((body) => house.metrics(body)));
        expect(house.tokens().input).toBe(input);
      }),
      { numRuns: 30 },
    );
  });
});

describe("telemetry sent again", () => {
  it.each(["claude-code-metrics", "codex-metrics", "gemini-cli-metrics"])(
    "adds nothing: %s",
    async (name) => {
      const house = createHouse();
      await house.metrics(fixture(name));
      const before = [...house.records.values()];
      house.restart();
      await house.metrics(fixture(name));
      expect([...house.records.values()]).toEqual(before);
    },
  );

  it.each(["claude-code-logs-api_request", "codex-logs-sse_event", "gemini-cli-logs-api_response"])(
    "adds nothing: %s",
    async (name) => {
      const house = createHouse();
      await house.logs(fixture(name));
      const before = [...house.records.values()];
      await house.logs(fixture(name));
      expect([...house.records.values()]).toEqual(before);
    },
  );
});

describe("a point that cannot be counted", () => {
  it("is told by the name of its metric, and the others are kept", async () => {
    const house = createHouse();
    const point = (type: string, asDouble: number) => ({
      attributes: attributes({ type, model: "m" }),
      asDouble,
    });
    const usage = (aggregationTemporality: number, ...dataPoints: ReturnType<typeof point>[]) =>
      metricsOf({}, { name: "claude_code.token.usage", sum: { aggregationTemporality, dataPoints } });
    await house.metrics(usage(1, point("input", -5), point("output", 1.5), point("cacheRead", 9)));
    await house.metrics(usage(0, point("input", 5)));
    expect(house.problems).toEqual([
      "A point of claude_code.token.usage is not a count.",
      "A point of claude_code.token.usage is not a count.",
      "A point of claude_code.token.usage says neither delta nor cumulative.",
    ]);
    expect(house.tokens()).toEqual({ ...none, cacheRead: 9 });
  });
});

describe("of events and metrics", () => {
  it.each([
    ["claude-code-logs-api_request", "claude-code-metrics"],
    ["codex-logs-sse_event", "codex-metrics"],
    ["gemini-cli-logs-api_response", "gemini-cli-metrics"],
  ])("those that come first count, and never both: %s", async (logs, metrics) => {
    const eventsFirst = createHouse();
    await eventsFirst.logs(fixture(logs));
    const events = eventsFirst.records.size;
    await eventsFirst.metrics(fixture(metrics));
    expect(eventsFirst.records.size).toBe(events);
    const metricsFirst = createHouse();
    await metricsFirst.metrics(fixture(metrics));
    const before = metricsFirst.records.size;
    metricsFirst.restart();
    await metricsFirst.logs(fixture(logs));
    expect(metricsFirst.records.size).toBe(before);
  });

  it("those of one person say nothing about another's, nor those of one program about another", async () => {
    const house = createHouse();
    await house.logs(geminiEvent(100, "2026-11-22T03:00:00Z", "lan@example.org"));
    await house.metrics(geminiTokens({ input: 10 }, { user: "Lan@example.org" }));
    await house.metrics(geminiTokens({ input: 1 }, { user: "minh@example.org" }));
    await house.metrics(fixture("claude-code-metrics"));
    expect(house.tokens().input).toBe(101 + 372);
  });

  it("those of a machine count where they name no person", async () => {
    const house = createHouse();
    const codex = (host: string) => {
      const point = { attributes: attributes({ token_type: "input", model: "m" }), asDouble: 5 };
      return metricsOf(
        { "service.name": "codex_cli_rs", "host.name": host },
        { name: "codex.turn.token_usage", sum: { aggregationTemporality: 1, dataPoints: [point] } },
      );
    };
    await house.logs(fixture("codex-logs-sse_event"));
    const before = house.tokens().input;
    await house.metrics(codex("dev-laptop"));
    expect(house.tokens().input).toBe(before);
    await house.metrics(codex("another-laptop"));
    expect(house.tokens().input).toBe(before + 5);
  });

  it("the other one takes over after 6 hours of silence, from where it stands", async () => {
    const house = createHouse();
    await house.logs(geminiEvent(100, "2026-11-22T03:00:00Z"));
    await house.metrics(geminiTokens({ input: 100 }));
    house.clock.advance(5 * hour);
    await house.metrics(geminiTokens({ input: 150 }, { at: "2026-11-22T08:00:00Z" }));
    expect(house.tokens().input).toBe(100);
    house.clock.advance(1.5 * hour);
    house.restart();
    await house.metrics(geminiTokens({ input: 160 }, { at: "2026-11-22T09:30:00Z" }));
    await house.metrics(geminiTokens({ input: 190 }, { at: "2026-11-22T09:30:10Z" }));
    expect(house.tokens().input).toBe(130);
    // A session that begins afterwards was never told by events.
    await house.metrics(
      geminiTokens({ input: 7 }, { start: "2026-11-22T09:31:00Z", at: "2026-11-22T09:32:00Z" }),
    );
    await house.logs(geminiEvent(1000, "2026-11-22T09:33:00Z"));
    expect(house.tokens().input).toBe(137);
    // And back again: what the metrics grow by while events count is not counted later either.
    house.clock.advance(7 * hour);
    await house.logs(geminiEvent(1000, "2026-11-22T17:00:00Z"));
    await house.metrics(geminiTokens({ input: 1190 }, { at: "2026-11-22T17:00:10Z" }));
    house.clock.advance(7 * hour);
    await house.metrics(geminiTokens({ input: 1200 }, { at: "2026-11-23T00:00:00Z" }));
    await house.metrics(geminiTokens({ input: 1205 }, { at: "2026-11-23T00:00:10Z" }));
    expect(house.tokens().input).toBe(137 + 1000 + 5);
  });

  it("the chosen ones stay as long as they keep coming, and need no write for each request", async () => {
    const house = createHouse();
    for (let index = 0; index < 60; index += 1) {
      const at = new Date(house.clock.now()).toISOString();
      await house.logs(geminiEvent(1, at));
      await house.metrics(geminiTokens({ input: index + 1 }, { at }));
      house.clock.advance(10 * 60_000);
    }
    expect(house.tokens().input).toBe(60);
    expect(house.settings.writes).toBeLessThanOrEqual(31);
  });

  it("only one is chosen when both come at once", async () => {
    const house = createHouse();
    await Promise.all([
      house.metrics(geminiTokens({ input: 100 })),
      house.logs(geminiEvent(100, "2026-11-22T03:00:00Z")),
    ]);
    expect(house.tokens().input).toBe(100);
  });

  it("the last 1,000 sources are remembered, without anybody's name, and a damaged memory is begun anew", async () => {
    const house = createHouse();
    const attributesOf = (index: number) =>
      attributes({ "event.name": "gemini_cli.api_error", "user.email": `u${index}@example.org` });
    await house.logs(
      logsOf(
        { "service.name": "gemini-cli", "host.name": "lans-laptop" },
        ...Array.from({ length: 1100 }, (_, index) => ({ attributes: attributesOf(index) })),
      ),
    );
    const [text = ""] = house.stored.values();
    expect(JSON.parse(text)).toHaveLength(1000);
    expect(text).not.toMatch(/example\.org|lans-laptop/);
    house.stored.set("otlp-signals", '{"not":"a list"}');
    await house.metrics(geminiTokens({ input: 3 }));
    expect(house.tokens().input).toBe(3);
  });

  it("other telemetry chooses nothing", async () => {
    const house = createHouse();
    await house.metrics(
      metricsOf({ "service.name": "gemini-cli" }, { name: "gemini_cli.session.count", sum: {} }),
    );
    await house.logs(logsOf({ "service.name": "gemini-cli" }, { body: { stringValue: "hello" } }));
    expect(house.stored.size).toBe(0);
  });
});

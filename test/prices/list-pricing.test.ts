import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { calcPrice, findProvider } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PricedCall } from "../../src/core/domain/price.ts";
import type { Tokens } from "../../src/core/domain/usage.ts";
import { createListPricing } from "../../src/prices/list-pricing.ts";
import { providers } from "../../src/providers/index.ts";
import { start } from "../fakes/core.ts";

const none: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

function call(
  provider: string | undefined,
  model: string | undefined,
  tokens: Partial<Tokens> = {},
  rest: Partial<PricedCall> = {},
): PricedCall {
  return { provider, model, at: start, requests: 1, audioMs: 0, ...rest, tokens: { ...none, ...tokens } };
}

const pricing = createListPricing({ providers });
const million = 1_000_000;
/** Micro-dollars that a million tokens in and a million out cost, as two calls. */
function pair(provider: string | undefined, model: string) {
  return [
    pricing(call(provider, model, { input: million }, { requests: 0 })),
    pricing(call(provider, model, { output: million }, { requests: 0 })),
  ];
}

describe("the price list", () => {
  it("prices each class of tokens, none of them twice", () => {
    const model = "claude-opus-4-5-20251101";
    const of = (tokens: Partial<Tokens>) => pricing(call("claude", model, tokens));
    expect(of({ input: 1_000 })).toBe(5_000);
    expect(of({ cacheRead: 1_000 })).toBe(500);
    expect(of({ cacheWrite: 1_000 })).toBe(6_250);
    expect(of({ output: 1_000 })).toBe(25_000);
    expect(of({ reasoning: 1_000 })).toBe(25_000);
    expect(of({ input: 300, cacheRead: 800, cacheWrite: 100, output: 300 })).toBe(1_500 + 400 + 625 + 7_500);
  });

  it("charges cached tokens as input where it has no price for them", () => {
    expect(pricing(call("groq", "llama-3.1-8b-instant", { cacheRead: million }))).toBe(
      pricing(call("groq", "llama-3.1-8b-instant", { input: million })),
    );
  });

  it("goes by the context of one call, cached tokens included", () => {
    const model = "claude-sonnet-4-5";
    const of = (tokens: Partial<Tokens>, requests = 1) =>
      pricing(call("anthropic", model, tokens, { requests }));
    expect(of({ input: 200_000 })).toBe(600_000);
    expect(of({ input: 200_001 })).toBe(1_200_006);
    expect(of({ input: 1, cacheRead: 200_000, output: 100 })).toBe(6 + 120_000 + 2_250);
    expect(of({ input: 400_000 }, 2)).toBe(1_200_000);
    // A count of many calls: nobody knows how long each was.
    expect(of({ input: 400_000 }, 0)).toBe(1_200_000);
  });

  it("goes by the time of the call", () => {
    const of = (at: string) => pricing(call("openai", "o3", { input: million }, { at: Date.parse(at) }));
    expect(of("2025-06-09T23:59:59.999Z")).toBe(10 * million);
    expect(of("2025-06-10T00:00:00Z")).toBe(2 * million);
    expect(of("2025-06-09T23:59:00Z")).toBe(10 * million);
    const byHour = (at: string) =>
      pricing(call("deepseek", "deepseek-chat", { input: million }, { at: Date.parse(at) }));
    expect(byHour("2026-11-22T12:00:00Z")).toBe(2 * (byHour("2026-11-22T20:00:00Z") ?? 0));
  });

  it("does not know a model that the provider's list does not have, rather than calling it free", () => {
    expect(pricing(call("openai", "nobody-knows", { input: 5 }))).toBeUndefined();
    expect(pricing(call("groq", "claude-opus-4-5", { input: 5 }))).toBeUndefined();
    expect(pricing(call("deepgram", "nova-3", {}, { audioMs: 5 }))).toBeUndefined();
    expect(pricing(call("openai", undefined, { input: 5 }))).toBeUndefined();
    expect(pricing(call("openai", "gpt-5".padEnd(100_000, "x"), { input: 5 }))).toBeUndefined();
    expect(pricing(call("some-vendor", "gpt-5", { input: 5 }))).toBeUndefined();
  });

  it("knows what is free of charge", () => {
    expect(pricing(call("openrouter", "deepseek/deepseek-r1:free", { input: million }))).toBe(0);
  });

  it("finds the maker of a model where no provider is told, or a gateway to many", () => {
    const opus = [5 * million, 25 * million];
    expect(pair(undefined, "claude-opus-4-5")).toEqual(opus);
    expect(pair("litellm", "anthropic/claude-opus-4-5")).toEqual(opus);
    expect(pair("9router", "cc/claude-opus-4-5")).toEqual(opus);
    expect(pair("kiro", "claude-opus-4-5")).toEqual(opus);
    expect(pair("antigravity", "claude-opus-4-5-thinking")).toEqual(opus);
    expect(pair("copilot", "gpt-5.1")).toEqual([1.25 * million, 10 * million]);
    expect(pair("litellm", "gemini/gemini-2.5-flash")).toEqual([0.3 * million, 2.5 * million]);
    expect(pair("gemini", "models/gemini-2.5-flash")).toEqual([0.3 * million, 2.5 * million]);
  });

  it("looks for a provider that is not ours under its own name", () => {
    expect(pair("mistral", "mistral-large-latest")).toEqual([2 * million, 6 * million]);
  });

  it("prices audio by its time, with the shortest time that the vendor charges", () => {
    const of = (seconds: number) =>
      pricing(call("groq", "whisper-large-v3", {}, { audioMs: seconds * 1_000 }));
    expect(of(3_600)).toBe(111_000);
    expect(of(1)).toBe(of(10));
    expect(of(0)).toBe(0);
    expect(pricing(call("openai", "whisper-1", {}, { audioMs: 60_000 }))).toBe(6_000);
    expect(pricing(call("openai", "whisper-1", { input: 5 }))).toBeUndefined();
  });

  it("agrees with the list's own arithmetic for every model, any tokens and any time", () => {
    const ids = [
      "anthropic",
      "openai",
      "google",
      "deepseek",
      "x-ai",
      "moonshotai",
      "minimax",
      "perplexity",
      "groq",
    ];
    const models = ids.flatMap((list) =>
      (findProvider({ providerId: list })?.models ?? []).map(({ id }) => ({ list, id })),
    );
    const byList = createListPricing({ providers: ids.map((id) => ({ id, priceList: [id] })) });
    const tokens = fc.record({
      input: fc.nat(1_500_000),
      output: fc.nat(100_000),
      cacheRead: fc.nat(400_000),
      cacheWrite: fc.nat(100_000),
      reasoning: fc.nat(10_000),
    });
    const at = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 31) });
    let known = 0;
    fc.assert(
      fc.property(fc.constantFrom(...models), tokens, at, ({ list, id }, counts, at) => {
        const ours = byList(call(list, id, counts, { at }));
        if (ours === undefined) return;
        known += 1;
        const theirs = calcPrice(
          {
            input_tokens: counts.input + counts.cacheRead + counts.cacheWrite,
            cache_read_tokens: counts.cacheRead,
            cache_write_tokens: counts.cacheWrite,
            output_tokens: counts.output + counts.reasoning,
            output_reasoning_tokens: counts.reasoning,
          },
          id,
          { providerId: list, timestamp: new Date(at) },
        );
        expect(Math.abs(ours - (theirs?.total_price ?? Number.NaN) * million)).toBeLessThanOrEqual(0.50001);
      }),
      { numRuns: 3_000 },
    );
    expect(known).toBeGreaterThan(1_500);
  });
});

describe("every provider", () => {
  it("is on the configuration page with how it is paid", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/configuration.md"), "utf8");
    for (const kind of ["subscription", "paid", "prepaid", "free"]) {
      const [, listed = ""] = new RegExp(`^\\| \`${kind}\` \\|.*\\| (.*) \\|$`, "m").exec(page) ?? [];
      expect([...listed.matchAll(/`([^`]+)`/g)].map(([, id]) => id).sort()).toEqual(
        providers
          .filter(({ billing }) => billing === kind)
          .map(({ id }) => id)
          .sort(),
      );
    }
  });

  it("says how it is paid, and only names lists that there are", () => {
    expect(providers.filter(({ billing }) => billing === undefined)).toEqual([]);
    const lists = providers.flatMap(({ priceList }) => priceList ?? []).filter((list) => list !== "*");
    expect(lists.filter((list) => findProvider({ providerId: list })?.id !== list)).toEqual([]);
  });
});

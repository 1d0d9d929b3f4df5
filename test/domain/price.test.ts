import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ConfiguredPrice,
  costOf,
  createConfiguredPricing,
  firstPricing,
  type PricedCall,
} from "../../src/core/domain/price.ts";
import { createPrice, type Rates } from "../../src/core/domain/rates.ts";
import type { Billing, Tokens } from "../../src/core/domain/usage.ts";
import { fitsPattern } from "../../src/core/matching.ts";
import { start } from "../fakes/core.ts";

const none: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

function call(tokens: Partial<Tokens> = {}, rest: Partial<PricedCall> = {}): PricedCall {
  return { at: start, requests: 1, audioMs: 0, provider: "acme", ...rest, tokens: { ...none, ...tokens } };
}

const dollars = (amount: number) => Math.round(amount * 1_000_000);
const price = (rates: Rates, priced: PricedCall) => createPrice(rates)(priced);
const configured = (...prices: ConfiguredPrice[]) => createConfiguredPricing(prices, fitsPattern);

describe("a price", () => {
  it("is a dollar amount for a million tokens of each class", () => {
    const glm = { input: 0.6, output: 2.2 };
    expect(price(glm, call({ input: 6_000_000, output: 2_000_000 }))).toBe(dollars(8));
    const flash = { input: 0.075, output: 0.3 };
    expect(price(flash, call({ input: 15_000_000, output: 1_000_000 }))).toBe(dollars(1.425));
  });

  it("is a dollar amount for a minute of audio, to the millisecond", () => {
    const rates = { perMinute: 0.0043 };
    expect(price(rates, call({}, { audioMs: 1_000 * 60_000 }))).toBe(dollars(4.3));
    // 4,300 micro-dollars for 60,000 ms: 0.5017 for 7 ms, 0.43 for 6 ms.
    expect(price(rates, call({}, { audioMs: 7 }))).toBe(1);
    expect(price(rates, call({}, { audioMs: 6 }))).toBe(0);
  });

  it("is a dollar amount for a request, beside what else is charged", () => {
    const rates = { input: 1, perRequest: 0.005 };
    expect(price(rates, call({ input: 10 }))).toBe(5_010);
    expect(price(rates, call({ input: 10 }, { requests: 3 }))).toBe(15_010);
    expect(price(rates, call({ input: 10 }, { requests: 0 }))).toBe(10);
  });

  it("is rounded once, half up", () => {
    expect(price({ input: 0.5 }, call({ input: 1 }))).toBe(1);
    expect(price({ input: 0.499999 }, call({ input: 1 }))).toBe(0);
    // Each class alone would round to nothing.
    expect(price({ input: 0.3, output: 0.3 }, call({ input: 1, output: 1 }))).toBe(1);
    expect(price({ input: 0.075 }, call({ input: 20 }))).toBe(2);
  });

  it("charges cached tokens as input and reasoning as output where they have no price of their own", () => {
    const rates = { input: 3, output: 15 };
    expect(price(rates, call({ cacheRead: 10 }))).toBe(30);
    expect(price(rates, call({ cacheWrite: 10 }))).toBe(30);
    expect(price(rates, call({ reasoning: 10 }))).toBe(150);
    const own = { ...rates, cacheRead: 0.3, cacheWrite: 3.75, reasoning: 0 };
    expect(price(own, call({ cacheRead: 10, cacheWrite: 4, reasoning: 10 }))).toBe(18);
  });

  it("is not known for tokens of a class without a price", () => {
    expect(price({ input: 3 }, call({ input: 5, output: 1 }))).toBeUndefined();
    expect(price({ output: 3 }, call({ cacheRead: 1 }))).toBeUndefined();
    expect(price({ input: 3 }, call({ input: 5 }))).toBe(15);
  });

  it("is not known for a call with nothing that is charged for", () => {
    expect(price({ perMinute: 0.0043 }, call({ input: 5 }))).toBeUndefined();
    expect(price({ input: 3, output: 3 }, call({}, { audioMs: 5 }))).toBeUndefined();
    expect(price({}, call({ input: 5 }))).toBeUndefined();
  });

  it("of a call with tokens and audio is by the minute, by the token or by both, as there are rates", () => {
    const mixed = call({ input: 5 }, { audioMs: 1_000 });
    expect(price({ perMinute: 0.06 }, mixed)).toBe(1_000);
    expect(price({ input: 3 }, mixed)).toBe(15);
    expect(price({ input: 3, perMinute: 0.06 }, mixed)).toBe(1_015);
    expect(price({ output: 3, perMinute: 0.06 }, mixed)).toBeUndefined();
  });

  it("is nothing for a call without tokens and audio, and for what costs nothing", () => {
    expect(price({ input: 3 }, call())).toBe(0);
    expect(price({ input: 0, output: 0 }, call({ input: 1_000, output: 1 }))).toBe(0);
  });

  it("is exact for any rates and any counts", () => {
    const rate = fc.integer({ min: 0, max: 900_000_000 });
    const count = fc.oneof(
      fc.integer({ min: 0, max: 200_000 }),
      fc.integer({ min: 0, max: 1_000_000_000_000 }),
    );
    const seven = <T>(one: fc.Arbitrary<T>) => fc.tuple(one, one, one, one, one, one, one);
    fc.assert(
      fc.property(seven(rate), seven(count), (rates, counts) => {
        const [input, output, cacheRead, cacheWrite, reasoning, requests, audioMs] = counts;
        const written = rates.map((millionths) => millionths / 1_000_000);
        const [inRate, outRate, readRate, writeRate, thinkRate, perRequest, perMinute] = written;
        const answer = price(
          {
            input: inRate,
            output: outRate,
            cacheRead: readRate,
            cacheWrite: writeRate,
            reasoning: thinkRate,
            perRequest,
            perMinute,
          },
          call({ input, output, cacheRead, cacheWrite, reasoning }, { requests, audioMs }),
        );
        // In 60,000,000,000ths of a micro-dollar.
        const [a, b, c, d, e, request, minute] = rates.map(BigInt) as [
          bigint,
          bigint,
          bigint,
          bigint,
          bigint,
          bigint,
          bigint,
        ];
        const tokens =
          BigInt(input) * a +
          BigInt(output) * b +
          BigInt(cacheRead) * c +
          BigInt(cacheWrite) * d +
          BigInt(reasoning) * e;
        const exact =
          (tokens + BigInt(requests) * request * 1_000_000n) * 60_000n +
          BigInt(audioMs) * minute * 1_000_000n;
        const one = 60_000_000_000n;
        const whole = exact / one + ((exact % one) * 2n >= one ? 1n : 0n);
        expect(answer).toBe(whole > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(whole));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the team's own prices", () => {
  it("go by provider and model, in whichever letters the model is written", () => {
    const pricing = configured({ provider: "acme", model: "fast-1.5*", input: 2 });
    expect(pricing(call({ input: 5 }, { model: "Fast-1.5-pro" }))).toBe(10);
    expect(pricing(call({ input: 5 }, { model: "slow" }))).toBeUndefined();
    expect(pricing(call({ input: 5 }))).toBeUndefined();
    expect(pricing(call({ input: 5 }, { model: "fast-1.5", provider: "other" }))).toBeUndefined();
    expect(pricing(call({ input: 5 }, { model: "fast-1.5", provider: undefined }))).toBeUndefined();
  });

  it("are asked in the order of the file, those with a model first", () => {
    const pricing = configured(
      { provider: "acme", input: 1 },
      { provider: "acme", model: "fast-pro", input: 2 },
      { provider: "acme", model: "fast-*", input: 3 },
      { provider: "acme", model: "fast-pro*", input: 4 },
    );
    const of = (model?: string) => pricing(call({ input: 1 }, { model }));
    expect([of("fast-pro"), of("fast-pro-2"), of("slow"), of(undefined)]).toEqual([2, 3, 1, 1]);
  });

  it("leave a call to the next price when they do not say what it costs", () => {
    const pricing = configured(
      { provider: "acme", model: "ear", perMinute: 0.06 },
      { provider: "acme", input: 1, output: 1 },
    );
    expect(pricing(call({}, { model: "ear", audioMs: 60_000 }))).toBe(60_000);
    expect(pricing(call({ input: 7 }, { model: "ear" }))).toBe(7);
  });

  it("come before the price list, which is asked for the rest", () => {
    const pricing = firstPricing(configured({ provider: "acme", model: "mine", input: 0 }), () => 99);
    expect(pricing(call({ input: 1 }, { model: "mine" }))).toBe(0);
    expect(pricing(call({ input: 1 }, { model: "other" }))).toBe(99);
    expect(firstPricing(() => undefined)(call())).toBeUndefined();
  });
});

describe("the cost of a call", () => {
  const cost = (billing: Billing, reported: number | undefined, priced: number | undefined) =>
    costOf(call(), { billing, reported, pricing: () => priced });

  it("is money on paid and prepaid accounts: what was reported, else the price", () => {
    for (const billing of ["paid", "prepaid"] as const) {
      expect(cost(billing, 5, 9)).toEqual({ costBasis: "reported", costMicros: 5 });
      expect(cost(billing, 0, 9)).toEqual({ costBasis: "reported", costMicros: 0 });
      expect(cost(billing, undefined, 9)).toEqual({ costBasis: "priced", costMicros: 9 });
    }
  });

  it("is unpriced where nobody knows it, however the account pays", () => {
    for (const billing of ["paid", "prepaid", "subscription", "free"] as const)
      expect(cost(billing, undefined, undefined)).toEqual({ costBasis: "unpriced" });
  });

  it("is never money on a subscription or for free, even when it was reported", () => {
    expect(cost("subscription", 5, 9)).toEqual({ costBasis: "included", costMicros: 5 });
    expect(cost("subscription", undefined, 9)).toEqual({ costBasis: "included", costMicros: 9 });
    expect(cost("free", undefined, 9)).toEqual({ costBasis: "free", costMicros: 9 });
  });
});

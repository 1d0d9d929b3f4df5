import { describe, expect, it } from "vitest";
import { parsePeriod } from "../../src/core/domain/period.ts";
import { combosJson, parseCombosJson } from "../../src/core/services/combo-json.ts";
import { account } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { usageRecord } from "../fakes/usage.ts";

const accounts = [account("claude-lan"), account("glm-main", { provider: "zmac" }), account("free-one")];
const combos = {
  coding: ["claude-lan/opus", "glm-main/glm-4.7", "free-one"],
  plain: ["glm-main", "free-one"],
  idle: ["free-one"],
};
const today = parsePeriod("today", "2026-11-22") ?? { name: "", from: "", to: "" };

/** Opus at $10 a million tokens with anybody, GLM at $1; nothing else is known. */
async function house() {
  const parts = createQuotaHouse({
    accounts,
    read: async () => ({ readings: [] }),
    combos,
    pricing: ({ model, tokens, requests }) => {
      const rate = { opus: 10, "glm-4.7": 1 }[model ?? ""];
      expect(requests).toBe(1);
      return rate === undefined ? undefined : rate * (tokens.input + tokens.output);
    },
  });
  const tokens = { input: 1_000, output: 1_000, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
  const call = (id: string, rest: Parameters<typeof usageRecord>[1]) =>
    usageRecord(id, { tokens, combo: "coding", ...rest });
  await parts.store.ledger.append([
    call("1", { account: "claude-lan", model: "opus", costBasis: "included", costMicros: 20_000 }),
    call("2", { account: "glm-main", model: "glm-4.7", costMicros: 2_000 }),
    call("3", { account: "glm-main", model: "glm-4.7", costMicros: 2_000 }),
    call("4", { account: "free-one", model: "unknown-1", costBasis: "unpriced", costMicros: undefined }),
    call("5", { account: "free-one", combo: undefined }),
    call("6", { account: "glm-main", model: "glm-4.7", combo: "plain", costMicros: 2_000 }),
    call("7", { account: "free-one", model: "unknown-1", combo: "plain", costBasis: "free" }),
  ]);
  return parts.routing;
}

describe("how a combo was used", () => {
  it("is told by account, with the share of each and its money of each kind", async () => {
    const { uses, requests } = await (await house()).reports.combo("coding", today);
    expect(requests).toBe(4);
    expect(uses).toEqual([
      {
        account: "glm-main",
        requests: 2,
        share: 0.5,
        tokens: 4_000,
        billedMicros: 4_000,
        includedMicros: 0,
        freeMicros: 0,
        unpriced: 0,
      },
      {
        account: "claude-lan",
        requests: 1,
        share: 0.25,
        tokens: 2_000,
        billedMicros: 0,
        includedMicros: 20_000,
        freeMicros: 0,
        unpriced: 0,
      },
      {
        account: "free-one",
        requests: 1,
        share: 0.25,
        tokens: 2_000,
        billedMicros: 0,
        includedMicros: 0,
        freeMicros: 0,
        unpriced: 1,
      },
    ]);
  });

  it("is compared with what the same calls cost at list price with the first member", async () => {
    const { savings } = await (await house()).reports.combo("coding", today);
    expect(savings).toEqual({
      against: "claude-lan/opus",
      model: "opus",
      listMicros: 80_000,
      billedMicros: 4_000,
      calls: 4,
      unpriced: 0,
    });
  });

  it("is compared model by model where the first member names none, as far as prices are known", async () => {
    const { savings } = await (await house()).reports.combo("plain", today);
    expect(savings).toEqual({
      against: "glm-main",
      model: undefined,
      listMicros: 2_000,
      billedMicros: 2_000,
      calls: 1,
      unpriced: 1,
    });
  });

  it("says nothing of savings where nothing was used", async () => {
    expect(await (await house()).reports.combo("idle", today)).toMatchObject({
      requests: 0,
      uses: [],
      savings: undefined,
    });
  });

  it("is not known of a name that no combo has", async () => {
    await expect((await house()).reports.combo("codign", today)).rejects.toMatchObject({
      code: "not_found",
      message: 'No combo is called "codign". Did you mean "coding"?',
    });
  });

  it("survives the way to a program and back", async () => {
    const reports = await (await house()).comboReports(today);
    expect(reports.map(({ combo }) => combo)).toEqual(["coding", "plain", "idle"]);
    expect(parseCombosJson(JSON.parse(JSON.stringify(combosJson(reports))))).toEqual(reports);
    expect(combosJson(reports).combos[0]?.savings).toMatchObject({
      listUsd: 0.08,
      billedUsd: 0.004,
      savedUsd: 0.076,
    });
  });
});

import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import type { ConfiguredWindow } from "../../src/core/domain/configured-window.ts";
import type { PoolEvidence } from "../../src/core/domain/shared-pool.ts";
import { AppError } from "../../src/core/errors.ts";
import { onePerPool, poolName } from "../../src/core/messages/pool-rows.ts";
import type { ProviderReading } from "../../src/core/provider.ts";
import { quotaJson } from "../../src/core/services/quota-json.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const asker: Asker = { surface: "terminal", admin: false };
type House = ReturnType<typeof createQuotaHouse>;

async function answer(house: House, line: string): Promise<string> {
  let last: Parameters<typeof renderTerminal>[0] | undefined;
  for await (const message of house.commands.answer(line, asker)) last = message;
  if (last === undefined) throw new Error("There was no answer.");
  const terminal = { width: 110, colour: false };
  return renderTerminal(last, { now: house.clock.now(), timezone: "UTC", terminal });
}

const json = (house: House) => quotaJson(house.reports.report(house.readQuotas.accounts)).accounts;

describe("accounts that share a pool", () => {
  /** Two seats of one plan and a third account; `read` says what the seats find. */
  function setUp(read: (id: string) => ProviderReading, evidence?: PoolEvidence): House {
    const accounts = [
      account("claude-lan", { label: "Lan's Max" }),
      account("claude-ci", { label: "CI seat" }),
      account("glm", { label: "GLM" }),
    ];
    const alone = { readings: [quota({ used: 50, resetsAt: start + day })] };
    return createQuotaHouse({
      accounts,
      evidence,
      read: async ({ id }) => (id === "glm" ? alone : read(id)),
    });
  }
  const owned = (used = 97): ProviderReading => ({
    owner: "5f0c1e",
    readings: [quota({ used, resetsAt: start + 2 * 60 * minute })],
  });

  it("are one row with the names of all", async () => {
    expect(
      await answer(
        setUp(() => owned()),
        "",
      ),
    ).toMatchInlineSnapshot(`
      "Quota

         Account                         Left      Window  Resets
      !  Lan's Max, CI seat  █░░░░░░░░░  3% left   5-hour  in 2 h  shared  Acme
      ✓  GLM                 █████░░░░░  50% left  5-hour  in 1 d          Acme

      Numbers read just now."
    `);
  });

  it("are one row also when only one of them is asked for, and say with whom in full", async () => {
    const house = setUp(() => owned());
    await answer(house, "");
    expect(await answer(house, "claude-lan")).toContain("Lan's Max, CI seat");
    expect(await answer(house, "show claude-lan")).toMatch(/Shares its pool with +CI seat/);
    expect(await answer(house, "show glm")).not.toContain("Shares");
  });

  it("stand once in the resets", async () => {
    const resets = await answer(
      setUp(() => owned()),
      "resets",
    );
    expect(resets.match(/5-hour/g)).toHaveLength(2);
  });

  it("are entries of their own in JSON that name each other", async () => {
    const house = setUp(() => owned());
    await answer(house, "");
    expect(json(house).map((entry) => [entry.account, entry.sharedWith])).toEqual([
      ["claude-ci", ["claude-lan"]],
      ["claude-lan", ["claude-ci"]],
      ["glm", undefined],
    ]);
    expect(json(house).at(-1)).not.toHaveProperty("sharedWith");
  });

  it("show the newest numbers of any of them", async () => {
    let used = 100;
    const house = setUp(() => owned(used));
    await answer(house, "");
    used = 40;
    house.clock.advance(6 * minute);
    await answer(house, "claude-ci");
    const rows = onePerPool(house.reports.report(house.readQuotas.accounts).accounts);
    expect(rows.map(({ name, tightest }) => [name, tightest?.used])).toEqual([
      ["GLM", 50],
      ["Lan's Max, CI seat", 40],
    ]);
  });

  it("are found by three reads alike, and are apart again as soon as they differ", async () => {
    const used: Record<string, number> = {};
    const house = setUp((id) => ({ readings: [quota({ used: used[id], resetsAt: start + day })] }));
    const rows: boolean[] = [];
    for (const [lan, ci] of [
      [10, 10],
      [20, 20],
      [30, 30],
      [40, 41],
    ]) {
      Object.assign(used, { "claude-lan": lan, "claude-ci": ci });
      rows.push((await answer(house, "")).includes("Lan's Max, CI seat"));
      house.clock.advance(6 * minute);
    }
    expect(rows).toEqual([false, false, true, false]);
  });

  it("are found by three reads alike across a restart", async () => {
    const read = () => ({ readings: [quota({ used: 30, resetsAt: start + day })] });
    const before = setUp(read);
    for (let count = 0; count < 3; count++) {
      await answer(before, "");
      before.clock.advance(6 * minute);
    }
    const after = setUp(read);
    for (const snapshot of await before.store.snapshots.latest())
      await after.store.snapshots.replace(snapshot);
    await after.readQuotas.restore();
    expect(json(after).map(({ sharedWith }) => sharedWith)).toEqual([
      undefined,
      ["claude-lan"],
      ["claude-ci"],
    ]);
  });

  it("stay rows of their own while one of them needs a hand, and where that is configured", async () => {
    const signedOut = setUp((id) => {
      if (id === "claude-ci") throw new AppError("provider_auth_rejected", "Sign in.");
      return owned();
    });
    expect(await answer(signedOut, "")).toMatch(/CI seat .*sign in again/);
    expect(
      await answer(
        setUp(() => owned(), "off"),
        "",
      ),
    ).not.toContain("Lan's Max, CI seat");
  });
});

it("a pool of many is called after two of them", () => {
  expect(poolName(["a", "b", "c"])).toBe("a, b, c");
  expect(poolName(["a", "b", "c", "d"])).toBe("a, b and 2 more");
});

describe("the team's own windows", () => {
  const windows: ConfiguredWindow[] = [
    { id: "daily-tokens", unit: "tokens", limit: 1_000_000, resets: { at: "00:00", zone: "UTC" } },
  ];
  const setUp = (read: () => Promise<ProviderReading>) =>
    createQuotaHouse({ accounts: [account("gemini", { windows })], read });
  const spent: ProviderReading = {
    readings: [
      {
        kind: "spend",
        id: "tokens-today",
        label: "Tokens today",
        unit: "tokens",
        used: 850_000,
        windowSeconds: 86_400,
        resetsAt: start + 21 * 60 * minute,
      },
    ],
  };

  it("stand in the table like any other, filled with what the provider counted", async () => {
    const house = setUp(async () => spent);
    expect(await answer(house, "")).toMatch(/gemini +█+░+ +15% left +daily +in 21 h/);
    expect(json(house)[0]?.readings).toMatchObject([
      { id: "daily-tokens", binding: true, remainingPercent: 15 },
    ]);
  });

  it("are unknown, not unused, where nobody counts", async () => {
    const house = setUp(async () => ({ readings: [] }));
    expect(await answer(house, "")).toMatch(/gemini +unknown/);
    expect(await answer(house, "show gemini")).toMatch(/daily +unknown +in 21 h +limit 1,000,000 tokens/);
    expect(json(house)[0]?.readings).toMatchObject([
      { used: null, limit: 1_000_000, remainingPercent: null, resetsAt: "2026-11-23T00:00:00Z" },
    ]);
  });

  it("do not count yesterday's tokens as today's", async () => {
    const house = setUp(async () => spent);
    await answer(house, "");
    house.clock.advance(day);
    const [stale] = json(house);
    expect(stale?.readings).toMatchObject([
      { kind: "spend", used: 850_000 },
      { kind: "quota", used: null, resetsAt: "2026-11-24T00:00:00Z" },
    ]);
  });

  it("are shown of a service that has ended, with the reason, and it is not asked again by the clock", async () => {
    let asked = 0;
    const house = setUp(async () => {
      asked++;
      return { readings: [], retired: "Ended on 2026-04-17; use something else." };
    });
    expect(await answer(house, "show gemini")).toMatchInlineSnapshot(`
      "gemini

      Provider  Acme
      State     retired

      Ended on 2026-04-17; use something else.

      ?  daily  unknown  in 21 h  limit 1,000,000 tokens"
    `);
    expect(json(house)[0]).toMatchObject({
      state: "retired",
      message: "Ended on 2026-04-17; use something else.",
      fetchedAt: null,
      stale: false,
      readings: [{ id: "daily-tokens", used: null }],
    });
    house.clock.advance(30 * day);
    await house.readQuotas.read(house.readQuotas.accounts, "due");
    expect(asked).toBe(1);
  });
});

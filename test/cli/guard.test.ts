import { describe, expect, it } from "vitest";
import { createRemoteAvailable } from "../../src/cli/remote-routing.ts";
import type { Reading } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import { account, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { running } from "../http/running.ts";
import { createConsole } from "./console.ts";

const accounts = [account("glm"), account("lan"), account("pools"), account("gone"), account("money")];
const minute = 60_000;

function setUp(told: Partial<Record<string, readonly Reading[] | AppError>> = {}) {
  const readings: Record<string, readonly Reading[] | AppError | undefined> = {
    glm: [
      quota({ used: 93, resetsAt: start + 90 * minute }),
      quota({ id: "weekly", label: "weekly", used: 20 }),
    ],
    lan: [quota({ used: 40, resetsAt: start + 60 * minute })],
    pools: [
      quota({ id: "small", scope: "Small", models: ["s-1"], used: 99 }),
      quota({ id: "large", scope: "Large", models: ["l-1"], used: 10 }),
    ],
    gone: new AppError("provider_auth_rejected", "Sign in again."),
    money: [{ kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: 4 }],
    ...told,
  };
  let reads = 0;
  const house = createQuotaHouse({
    accounts,
    async read({ id }) {
      reads += 1;
      const answer = readings[id] ?? [];
      if (answer instanceof AppError) throw answer;
      return { readings: answer };
    },
  });
  const sleeps: number[] = [];
  let opened = 0;
  let fault: AppError | undefined;
  const console = createConsole({
    clock: house.clock,
    async openSession() {
      opened += 1;
      if (fault !== undefined) throw fault;
      return { ...house, accounts };
    },
    more: {
      async sleep(milliseconds) {
        sleeps.push(milliseconds);
        house.clock.advance(milliseconds);
        onSleep?.();
      },
    },
  });
  let onSleep: (() => void) | undefined;
  return {
    ...{ house, readings, sleeps, run: console.run },
    reads: () => reads,
    opened: () => opened,
    fail(error: AppError | undefined) {
      fault = error;
    },
    whenSleeping(work: () => void) {
      onSleep = work;
    },
  };
}

describe("guard", () => {
  it("says nothing and ends with 0 when enough is left in the window that stops somebody first", async () => {
    const { run } = setUp();
    expect(await run("guard --account lan")).toEqual({ code: 0, output: "", errors: "" });
    expect((await run("guard --account lan --min-left 60")).code).toBe(0);
    expect((await run("guard --account glm --window weekly")).code).toBe(0);
  });

  it("says in one line what is left and when it resets, and ends with 1, when it is too little", async () => {
    const { code, output, errors } = await setUp().run("guard --account glm --min-left 10%");
    expect([code, errors]).toEqual([1, ""]);
    expect(output).toBe(
      "glm: 7% left in its 5-hour window, resets in 1 h 30 min (04:30); 10% is asked for\n",
    );
  });

  it("asks for all accounts, or with --any for one of them", async () => {
    const { run } = setUp();
    const { code, output } = await run("guard --account lan --account glm");
    expect([code, output.split("\n").length]).toEqual([1, 2]);
    expect(await run("guard --account lan --account glm --any")).toMatchObject({ code: 0, output: "" });
    const both = await run("guard --account glm --account gone --any");
    expect(both.code).toBe(1);
    expect(both.output).toMatch(/^glm: 7% .*\ngone: Sign in again\.\n$/);
  });

  it("counts every pool, or those of the model that is named", async () => {
    const { run } = setUp();
    expect((await run("guard --account pools")).output).toContain("1% left in its 5-hour (Small) window");
    expect((await run("guard --account pools --model l-1")).code).toBe(0);
    expect((await run("guard --account pools --model s-1")).code).toBe(1);
    expect((await run("guard --account pools --model other")).output).toBe(
      "pools: nobody knows what is left for other\n",
    );
  });

  it("ends with 1 for what nobody knows and for old numbers, unless that is allowed", async () => {
    const { run, house, readings } = setUp();
    for (const id of ["gone", "money"]) {
      expect((await run(`guard --account ${id}`)).code).toBe(1);
      expect((await run(`guard --account ${id} --allow-unknown`)).code).toBe(0);
    }
    expect((await run("guard --account lan")).code).toBe(0);
    readings.lan = new AppError("provider_unreachable", "Acme cannot be reached.");
    house.clock.advance(45 * minute);
    expect((await run("guard --account lan")).output).toMatch(
      /^lan: 60% left .*, but the numbers are old: read 45 min ago; Acme cannot be reached\./,
    );
    expect((await run("guard --account lan --allow-unknown")).code).toBe(0);
    expect((await run("guard --account lan --allow-unknown --min-left 70")).code).toBe(1);
    house.clock.advance(30 * minute);
    expect((await run("guard --account lan")).output).toBe("lan: Acme cannot be reached.\n");
  });

  it("reads again what is older than --max-age, and else only what is due", async () => {
    const { run, house, reads } = setUp();
    await run("guard --account lan");
    house.clock.advance(6 * minute);
    expect((await run("guard --account lan")).code).toBe(0);
    expect(reads()).toBe(1);
    expect((await run("guard --account lan --max-age 5m")).code).toBe(0);
    expect(reads()).toBe(2);
    house.clock.advance(2 * minute);
    const { code, output } = await run("guard --account lan --max-age 1m");
    expect([code, output]).toEqual([1, expect.stringContaining("old: read 2 min ago")]);
  });

  it("tells all of it as JSON, also when there is enough", async () => {
    const { run } = setUp();
    const { code, output } = await run("guard --account lan --account money --allow-unknown --json");
    expect(code).toBe(0);
    expect(JSON.parse(output)).toEqual({
      ...{ at: "2026-11-22T03:00:00Z", ok: true, minLeftPercent: 10, model: null },
      accounts: [
        {
          ...{ account: "lan", ok: true, reason: "enough", leftPercent: 60, window: "5-hour" },
          ...{ resetsAt: "2026-11-22T04:00:00Z", knownAt: "2026-11-22T03:00:00Z" },
          message: "lan: 60% left in its 5-hour window, resets in 1 h (04:00)",
        },
        {
          ...{ account: "money", ok: true, reason: "unknown", leftPercent: null, window: null },
          ...{ resetsAt: null, knownAt: null, message: "money: nobody knows what is left" },
        },
      ],
    });
  });

  it.each([
    ["--account glmm", 'Did you mean "glm"?'],
    ["--min-left 10", "required option '--account"],
    ["--account glm --min-left 101", "from 0 to 100"],
    ["--account glm --min-left many", "from 0 to 100"],
    ["--account glm --max-age 30", "90s, 30m or 2h"],
    ["--account glm --wait 30", "90s, 30m or 2h"],
    ["--account glm --window month", "It has session, weekly."],
  ])("ends with 2 for %s", async (options, words) => {
    const { code, errors, output } = await setUp().run(`guard ${options}`);
    expect([code, output]).toEqual([2, ""]);
    expect(errors).toContain(words);
  });
});

describe("guard --wait", () => {
  it("looks again every five minutes and when something resets, in a new session each, until there is enough", async () => {
    const { run, sleeps, opened, readings, whenSleeping } = setUp({
      glm: [quota({ used: 100, resetsAt: start + 7 * minute })],
    });
    whenSleeping(() => {
      if (sleeps.length === 2) readings.glm = [quota({ used: 0, resetsAt: start + 300 * minute })];
    });
    expect(await run("guard --account glm --wait")).toMatchObject({ code: 0, output: "" });
    // The last one is what the provider's floor asks for.
    expect(sleeps).toEqual([5 * minute, 2 * minute + 5_000, 3 * minute]);
    expect(opened()).toBe(4);
  });

  it("gives up when its time is over, and survives a bot that restarts meanwhile", async () => {
    const { run, sleeps, fail, whenSleeping } = setUp();
    whenSleeping(() => fail(sleeps.length === 1 ? new AppError("store_locked", "Taken.") : undefined));
    const { code, output } = await run("guard --account glm --wait 12m");
    expect([code, sleeps]).toEqual([1, [5 * minute, 5 * minute, 2 * minute]]);
    expect(output).toMatch(/^glm: 7% left/);
  });

  it("says at once what cannot be", async () => {
    const { run, fail, sleeps } = setUp();
    fail(new AppError("config_invalid", "quotabot.yml has 1 problem"));
    expect(await run("guard --account glm --wait")).toMatchObject({ code: 78 });
    expect(sleeps).toEqual([]);
  });
});

describe("guard where somebody was refused", () => {
  it("ends with 1 until that is over, told by this process or by a bot over HTTP", async () => {
    const parts = await running();
    await parts.readQuotas.read(parts.accounts, "allowed");
    await parts.routing.load();
    const told = {
      kind: "quota",
      until: start + 60 * minute,
      reason: "The plan's limit is reached",
    } as const;
    await parts.routing.reportLimit({ account: "glm-main", told });
    const remote = createRemoteAvailable({ url: parts.url, key: "fake-read-key" });
    for (const available of [parts.routing.available, remote]) {
      const routing = { reports: parts.routing.reports, available };
      const { run } = createConsole({ clock: parts.clock, openSession: async () => ({ ...parts, routing }) });
      expect(await run("guard --account glm-main --min-left 0")).toMatchObject({
        code: 1,
        output: "glm-main: it was refused: The plan's limit is reached, until 04:00\n",
      });
    }
  });
});

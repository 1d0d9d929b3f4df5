import { describe, expect, it } from "vitest";
import type { Account } from "../../src/core/domain/account.ts";
import type { ConfiguredWindow } from "../../src/core/domain/configured-window.ts";
import { AppError } from "../../src/core/errors.ts";
import { accountDetails } from "../../src/core/messages/account-details.ts";
import { quotaTable } from "../../src/core/messages/quota-table.ts";
import type { ProviderReading } from "../../src/core/provider.ts";
import { createReadingsOf } from "../../src/core/services/account-readings.ts";
import { createKeepHistory } from "../../src/core/services/keep-history.ts";
import { quotaJson } from "../../src/core/services/quota-json.ts";
import { createQuotaReports } from "../../src/core/services/quota-report.ts";
import { createReadQuotas } from "../../src/core/services/read-quotas.ts";
import { createSharedPools } from "../../src/core/services/shared-pools.ts";
import { createWindowUse } from "../../src/core/services/window-use.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, createKeptLog, createManualClock, quota, start } from "../fakes/core.ts";
import { createSpending } from "../fakes/spending.ts";

const minute = 60_000;
const hour = 60 * minute;
const tokens: ConfiguredWindow = { id: "tokens", unit: "tokens", limit: 15_000_000, resets: { at: "00:00" } };
const audio: ConfiguredWindow = { id: "audio", unit: "minutes", limit: 1_000, resets: { at: "00:00" } };
const dollars: ConfiguredWindow = { id: "usd", unit: "usd", limit: 10, resets: { at: "00:00" } };
const rolling: ConfiguredWindow = { id: "rolling", unit: "tokens", limit: 2_000_000, rolling: 5 * hour };

/** Reports on one account, with a ledger to fill and a provider that tells what the test wants. */
function setUp(
  rest: Partial<Account>,
  read: () => Promise<ProviderReading> = async () => ({ readings: [] }),
) {
  const accounts = [account("gemini", { push: true, ...rest })];
  const clock = createManualClock();
  const log = createKeptLog();
  const ledger = createSpending();
  const timezone = "UTC";
  const readQuotas = createReadQuotas({
    accounts,
    reader: { read, credentialKey: async () => "key", minInterval: () => 5 * minute },
    snapshots: createMemoryStore().snapshots,
    ...{ clock, log, random: () => 0 },
  });
  const windowUse = createWindowUse({
    ...{ ledger, accounts, clock, timezone, log },
    pause: async () => {},
  });
  const readingsOf = createReadingsOf({ readQuotas, windowUse, timezone });
  const history = createKeepHistory({
    history: { add: async () => {}, samples: async () => [] },
    ...{ readQuotas, readingsOf, clock, log },
  });
  const reports = createQuotaReports({
    ...{ readQuotas, clock, timezone, windowUse, history },
    sharedPools: createSharedPools({ readQuotas, evidence: "auto" }),
    providerNames: new Map([["acme", "Acme"]]),
  });
  const report = () => reports.report(accounts);
  const text = (message: Parameters<typeof renderTerminal>[0]) =>
    renderTerminal(message, { now: clock.now(), timezone, terminal: { width: 120, colour: false } });
  return {
    ...{ clock, ledger, readingsOf },
    /** A tick: reads and counts what is due, and keeps what there is to keep. */
    async tick() {
      await reports.read(accounts, "allowed");
      await history.keep(["gemini"]);
    },
    table: () => text(quotaTable(report(), { command: "list", configured: 1 })),
    details: () => text(accountDetails(report(), { command: "show gemini", admin: false })),
    readings: () => quotaJson(report()).accounts[0]?.readings,
  };
}

describe("windows that live from the ledger", () => {
  it.each<[string, ConfiguredWindow, object, RegExp]>([
    ["tokens", tokens, { tokens: 12_000_000 }, /20% left .*12,000,000 of 15,000,000 tokens used/],
    ["minutes", audio, { audioMs: 800 * minute }, /20% left .*800 of 1,000 minutes used/],
    ["dollars", dollars, { costMicros: 8_000_000 }, /20% left .*\$8\.00 of \$10\.00 used/],
  ])("show today's %s of an account that nobody has read", async (_, window, spent, shown) => {
    const { ledger, tick, table, details, readings } = setUp({ windows: [window] });
    ledger.add("gemini", start - minute, spent);
    await tick();
    expect(table()).toMatch(/▲ +gemini +█+░+ +20% left +daily +in 21 h +waiting for the first report/);
    expect(details()).toMatch(shown);
    expect(readings()).toMatchObject([
      { usedPercent: 80, binding: true, counted: { at: "2026-11-22T03:00:00Z", atLeast: false } },
    ]);
  });

  it("are known to whoever asks for the readings of the account", async () => {
    const { ledger, tick, readingsOf } = setUp({ windows: [tokens] });
    ledger.add("gemini", start - minute, { tokens: 12_000_000 });
    await tick();
    expect(readingsOf("gemini", start)).toMatchObject([{ id: "tokens", used: 12_000_000 }]);
  });

  it("say that it is more when not every call has a price", async () => {
    const { ledger, tick, details } = setUp({ windows: [dollars] });
    ledger.add("gemini", start - minute, { costMicros: 4_000_000 });
    ledger.add("gemini", start - minute, { unpriced: 1 });
    await tick();
    expect(details()).toContain("at least $4.00 of $10.00 used, some calls have no known price");
  });

  it("are not old because the provider cannot be read", async () => {
    let away = false;
    const { ledger, clock, tick, table } = setUp({ push: false, windows: [tokens] }, async () => {
      if (away) throw new AppError("provider_unreachable", "Away.");
      return { readings: [] };
    });
    ledger.add("gemini", start - minute, { tokens: 3_000_000 });
    await tick();
    away = true;
    clock.advance(3 * hour);
    await tick();
    expect(table()).toMatch(/✓ +gemini +█+░+ +80% left +daily +in 18 h +cannot be read +Acme/);
  });

  it("tell how fast they are used, and when they run out", async () => {
    const { ledger, clock, tick, details, readings } = setUp({ windows: [tokens] });
    ledger.add("gemini", start - 2 * hour, { tokens: 1_000_000 });
    for (let minutes = 0; minutes <= 60; minutes += 5) {
      await tick();
      clock.advance(5 * minute);
      ledger.add("gemini", clock.now() - 1, { tokens: 250_000 });
    }
    await tick();
    expect(details()).toContain(
      "daily: runs out in 3 h 35 min, 16 h 20 min before the reset (last 1 h, 13 samples).",
    );
    expect(readings()).toMatchObject([
      {
        burnRate: { perHour: 3_000_000, basis: "recent", measuredOverSeconds: 3_600, samples: 13 },
        runsOutAt: "2026-11-22T07:40:00Z",
      },
    ]);
  });

  it("that roll tell their mean alone", async () => {
    const { ledger, tick, details, readings } = setUp({ windows: [rolling] });
    ledger.add("gemini", start - hour, { tokens: 1_000_000 });
    await tick();
    expect(details()).toContain("5-hour: 200,000 tokens an hour (mean of 5 h).");
    expect(readings()).toMatchObject([{ runsOutAt: null, burnRate: { perHour: 200_000, basis: "mean" } }]);
  });
});

describe("how fast a quota is used", () => {
  const read =
    (used: number, rest = {}) =>
    async () => ({
      readings: [quota({ used, resetsAt: start + 2 * hour, ...rest })],
    });

  it("is not said of numbers that are too old", async () => {
    const { clock, tick, details, readings } = setUp({ push: false }, read(90));
    await tick();
    expect(details()).toContain("5-hour: runs out in 20 min, 1 h 40 min before the reset (mean of 3 h).");
    clock.advance(31 * minute);
    expect(details()).not.toContain("runs out");
    expect(readings()).toMatchObject([{ burnRate: null, runsOutAt: null }]);
  });

  it("is said in words when it was to have run out since it was read", async () => {
    const { clock, tick, details } = setUp({ push: false }, read(90));
    await tick();
    clock.advance(25 * minute);
    expect(details()).toContain("5-hour: at this rate it has run out by now, 1 h 40 min before the reset");
  });

  it("is not guessed when there is not enough data, and that is said", async () => {
    const soon = { resetsAt: start + 5 * hour - minute };
    const { tick, details } = setUp({ push: false }, read(3, soon));
    await tick();
    expect(details()).toContain("5-hour: not enough data to say whether it lasts until the reset.");
    const unused = setUp({ push: false }, read(0, soon));
    await unused.tick();
    expect(unused.details()).not.toContain("not enough data");
  });
});

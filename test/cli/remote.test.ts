import { describe, expect, it, onTestFinished } from "vitest";
import { openRemoteReports } from "../../src/cli/remote.ts";
import { AppError } from "../../src/core/errors.ts";
import { accountDetails } from "../../src/core/messages/account-details.ts";
import { quotaTable } from "../../src/core/messages/quota-table.ts";
import { createQuotaHistories } from "../../src/core/services/quota-history.ts";
import { quotaJson } from "../../src/core/services/quota-json.ts";
import { createHttpServer } from "../../src/http/server.ts";
import { account, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { unasked } from "../fakes/unasked.ts";

const accounts = [
  account("lan", { label: "Lan's Max" }),
  account("ci"),
  account("money"),
  account("out"),
  account("pushed", { push: true }),
];

async function setUp() {
  const house = createQuotaHouse({
    accounts,
    async read({ id }) {
      if (id === "out") throw new AppError("provider_rate_limited", "Too often.");
      const balance = {
        kind: "balance" as const,
        id: "credits",
        label: "Credits",
        unit: "usd",
        remaining: 10,
      };
      if (id === "money") return { readings: [balance] };
      return { plan: "Max", owner: "0f0f", readings: [quota({ resetsAt: start + 3_600_000 }), balance] };
    },
  });
  const server = createHttpServer({
    ...{ ...house, accounts, host: "127.0.0.1", port: 0 },
    keys: [{ name: "cli", key: "fake-read-key", scopes: ["read"] }],
    ...unasked,
    histories: createQuotaHistories({ ...house, history: house.store.history }),
  });
  onTestFinished(() => server.stop());
  await server.start();
  const options = { accounts, clock: house.clock, key: "fake-read-key", url: server.url() ?? "" };
  const open = (more: Partial<typeof options> = {}) =>
    openRemoteReports({ ...options, ...more, providerNames: new Map([["acme", "Acme"]]) });
  return { ...house, server, open };
}

describe("reports of a running bot", () => {
  it("say and show the same as the bot's own", async () => {
    const { open, reports } = await setUp();
    const remote = await open();
    expect(await remote.read(accounts, "allowed")).toBe(3);
    const [there, here] = [reports.report(accounts), remote.report(accounts)];
    expect(quotaJson(here)).toEqual(quotaJson(there));
    const call = { command: "list", configured: accounts.length, admin: false };
    expect(quotaTable(here, call)).toEqual(quotaTable(there, call));
    for (const one of accounts) {
      expect(accountDetails(remote.report([one]), call)).toEqual(accountDetails(reports.report([one]), call));
    }
  });

  it("stay as they were told last when the bot goes away", async () => {
    const { open, server } = await setUp();
    const remote = await open();
    await remote.read(accounts, "allowed");
    const before = remote.report(accounts);
    await server.stop();
    expect(await remote.read(accounts, "due")).toBe(0);
    expect(remote.report(accounts)).toEqual(before);
  });

  it("cannot be had from a bot that does not answer, or not to this key", async () => {
    const { open } = await setUp();
    await expect(open({ url: "http://127.0.0.1:9" })).rejects.toMatchObject({ code: "store_unavailable" });
    await expect(open({ key: "wrong" })).rejects.toMatchObject({ code: "store_unavailable" });
  });
});

import { describe, expect, it } from "vitest";
import { createForgetUser } from "../../src/core/services/forget-user.ts";
import { createReadQuotas } from "../../src/core/services/read-quotas.ts";
import { account, quota } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { dayOf, recordOf } from "../ledger-records.ts";

async function setUp() {
  const accounts = [account("pushed", { push: true }), account("other", { push: true })];
  const house = createQuotaHouse({ accounts, read: async () => ({ readings: [] }) });
  const { readQuotas, store, clock } = house;
  const { ledger } = store;
  const push = (id: string, user: string) =>
    readQuotas.accept({
      ...{ account: id, provider: "acme", state: "ok" as const, readings: [quota()], failures: 0 },
      ...{ fetchedAt: clock.now(), attemptedAt: clock.now(), nextReadAt: clock.now(), credentialKey: "" },
      pushedBy: { user },
    });
  await push("pushed", "lan");
  await push("other", "minh");
  await ledger.append([
    recordOf("1", { user: "lan" }),
    recordOf("2", { user: "user-1234" }),
    recordOf("3", { user: "minh" }),
    recordOf("4"),
  ]);
  const namesOf = (user: string) => [user, ...(user === "lan" ? ["user-1234"] : [])];
  const users = async () => {
    const { rows } = await ledger.usage({ from: dayOf(0), to: dayOf(0), by: "user" });
    return Object.fromEntries([...rows].map(([user, { requests }]) => [user, requests]));
  };
  return { ...house, accounts, users, forget: createForgetUser({ accounts, ledger, readQuotas, namesOf }) };
}

describe("A person who is to be forgotten", () => {
  it("is taken out of records and readings under every name, and amounts stay", async () => {
    const { forget, users, readQuotas, store } = await setUp();
    expect(await forget("lan")).toEqual({ records: 2, accounts: ["pushed"] });
    expect(await users()).toEqual({ "": 3, minh: 1 });
    expect(readQuotas.snapshot("pushed")).toMatchObject({ pushedBy: {}, readings: [quota()] });
    expect(readQuotas.snapshot("other")).toMatchObject({ pushedBy: { user: "minh" } });
    expect(JSON.stringify(await store.snapshots.latest())).not.toContain("lan");
    expect(await forget("lan")).toEqual({ records: 0, accounts: [] });
  });

  it("is forgotten by processes that share the store as well", async () => {
    const { forget, readQuotas, store, accounts, clock, log } = await setUp();
    const reader = {
      read: async () => ({ readings: [] }),
      credentialKey: async () => "",
      minInterval: () => 0,
    };
    const other = createReadQuotas({
      ...{ accounts, reader, clock, log, snapshots: store.snapshots },
      random: () => 0,
    });
    await other.restore();
    expect(other.snapshot("pushed")).toMatchObject({ pushedBy: { user: "lan" } });
    await forget("lan");
    await other.restore();
    expect(other.snapshot("pushed")).toEqual(readQuotas.snapshot("pushed"));
    expect(JSON.stringify(other.snapshot("pushed"))).not.toContain("lan");
  });

  it("has a name", async () => {
    const { forget } = await setUp();
    await expect(forget(" ")).rejects.toMatchObject({ code: "request_invalid" });
  });
});

import { bench, describe } from "vitest";
import type { Combos } from "../../src/core/domain/combo.ts";
import { createDays } from "../../src/core/domain/day.ts";
import type { Snapshot } from "../../src/core/domain/quota.ts";
import { createReadingsOf } from "../../src/core/services/account-readings.ts";
import { createRouting } from "../../src/core/services/routing.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota, snapshot, start } from "../fakes/core.ts";
import { usageRecord } from "../fakes/usage.ts";

// What to use now, asked a thousand times: the report ends with how many times longer it takes among 1,000 accounts with
// 100,000 models, a thousand of them behind one model and one combo, and after 100,000 records, than in a small house. The
// last rows are one read of an account with the first question after it, which cannot be answered from what is remembered.

const questions = 1_000;

async function house(counts: { accounts: number; modelsEach: number; records: number }) {
  const accounts = Array.from({ length: counts.accounts }, (_, index) => account(`account-${index}`));
  const models = (index: number) =>
    Array.from({ length: counts.modelsEach }, (_, at) => `model-${index}-${at}`);
  const known = new Map<string, Snapshot>();
  const listeners: ((snapshot: Snapshot, previous: Snapshot | undefined) => void)[] = [];
  const readQuotas = {
    accounts,
    snapshot: (id: string) => known.get(id),
    onRead: (listener: (typeof listeners)[number]) => void listeners.push(listener),
  };
  accounts.forEach(({ id }, index) => {
    const pool = quota({
      scope: "pool",
      models: ["everywhere", ...models(index)],
      resetsAt: start + 3_600_000,
    });
    known.set(id, snapshot(id, { readings: [quota({ id: "weekly", label: "weekly" }), pool] }));
  });
  const store = createMemoryStore();
  const clock = createManualClock();
  const days = createDays("UTC");
  const batch = 5_000;
  for (let from = 0; from < counts.records; from += batch) {
    await store.ledger.append(
      Array.from({ length: batch }, (_, at) =>
        usageRecord(`${from + at}`, { account: `account-${at % counts.accounts}`, model: `used-${at % 50}` }),
      ),
    );
  }
  const combos: Combos = { all: accounts.map(({ id }) => `${id}/everywhere`) };
  const routing = createRouting({
    ...{ accounts, combos, readQuotas, days, clock, log: createKeptLog() },
    ...{ settings: store.settings, ledger: store.ledger, history: store.history },
    readingsOf: createReadingsOf({ readQuotas, timezone: "UTC" }),
    windowUse: { onChange: () => {} },
    sharers: (id) => [id],
    billingOf: () => "subscription",
    pricing: () => 1,
    today: () => days.at(clock.now()).day,
    routeModes: { current: async () => undefined },
  });
  await routing.load();
  const asked = Array.from({ length: questions }, (_, index) => {
    const number = (index * 7919) % counts.accounts;
    return { account: `account-${number}`, model: `model-${number}-${(index * 31) % counts.modelsEach}` };
  });
  const read = (id: string) => {
    const told = known.get(id);
    if (told !== undefined) for (const listener of listeners) listener(told, told);
  };
  return { routing, asked, read };
}

const houses = [
  ["10 accounts, 100 models", await house({ accounts: 10, modelsEach: 10, records: 0 })],
  ["1,000 accounts, 100,000 models", await house({ accounts: 1_000, modelsEach: 100, records: 0 })],
  ["the same after 100,000 records", await house({ accounts: 1_000, modelsEach: 100, records: 100_000 })],
] as const;

describe("1,000 times: is an account or a model of it available?", () => {
  for (const [name, { routing, asked }] of houses) {
    bench(name, () => {
      for (const { account, model } of asked) routing.available({ account, model });
    });
  }
});

describe("1,000 times: which account for a model?", () => {
  for (const [name, { routing, asked }] of houses) {
    bench(name, () => {
      for (const { model } of asked) routing.route({ model });
    });
  }
});

describe("1,000 times: which member of a combo of all accounts?", () => {
  for (const [name, { routing }] of houses) {
    bench(name, () => {
      for (let index = 0; index < questions; index += 1) routing.route({ combo: "all" });
    });
  }
});

describe("once, just after an account was read: which account for a model of one, which for a model of all?", () => {
  for (const [name, { routing, read, asked }] of houses) {
    const [first] = asked;
    bench(`of one: ${name}`, () => {
      read(first?.account ?? "");
      routing.route({ model: first?.model ?? "" });
    });
    bench(`of all: ${name}`, () => {
      read(first?.account ?? "");
      routing.route({ model: "everywhere" });
    });
  }
});

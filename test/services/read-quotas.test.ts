import { describe, expect, it } from "vitest";
import type { Account } from "../../src/core/domain/account.ts";
import type { Snapshot } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Snapshots } from "../../src/core/ports.ts";
import type { ProviderReading } from "../../src/core/provider.ts";
import { type AccountReader, createReadQuotas } from "../../src/core/services/read-quotas.ts";
import { account, createKeptLog, createManualClock, quota, snapshot, start } from "../fakes/core.ts";

const minute = 60_000;

function keptSnapshots(initial: Snapshot[] = []): Snapshots & { kept: Map<string, Snapshot> } {
  const kept = new Map(initial.map((one) => [one.account, one]));
  return {
    kept,
    async replace(next) {
      const previous = kept.get(next.account);
      kept.set(next.account, next);
      return previous;
    },
    latest: async () => [...kept.values()],
  };
}

interface Setup {
  accounts?: Account[];
  read?: AccountReader["read"];
  credentialKey?: AccountReader["credentialKey"];
  snapshots?: Snapshots;
  concurrency?: number;
  deadline?: number;
}

function setUp(setup: Setup = {}) {
  const clock = createManualClock();
  const log = createKeptLog();
  const asked: string[] = [];
  const reader: AccountReader = {
    async read(one, signal) {
      asked.push(one.id);
      return setup.read ? setup.read(one, signal) : { readings: [quota()] };
    },
    credentialKey: setup.credentialKey ?? (async () => "key"),
    minInterval: () => 5 * minute,
  };
  const accounts = setup.accounts ?? [account("a")];
  const snapshots = setup.snapshots ?? keptSnapshots();
  const readQuotas = createReadQuotas({
    accounts,
    reader,
    snapshots,
    clock,
    log,
    random: () => 0,
    concurrency: setup.concurrency,
    deadline: setup.deadline,
  });
  return { readQuotas, accounts, clock, log, asked, snapshots };
}

describe("reading accounts", () => {
  it("keeps what was read, durable and at hand", async () => {
    const { readQuotas, accounts, snapshots } = setUp({
      read: async () => ({ plan: "Max", readings: [quota()] }),
    });
    await readQuotas.read(accounts, "allowed");
    expect(readQuotas.snapshot("a")).toMatchObject({
      state: "ok",
      plan: "Max",
      fetchedAt: start,
      failures: 0,
    });
    expect(await snapshots.latest()).toEqual([readQuotas.snapshot("a")]);
  });

  it("holds the provider's floor even when a person asks, and the interval when the clock does", async () => {
    const { readQuotas, accounts, clock, asked } = setUp();
    expect(await readQuotas.read(accounts, "allowed")).toBe(1);
    clock.advance(4 * minute);
    expect(await readQuotas.read(accounts, "allowed")).toBe(0);
    clock.advance(1 * minute);
    expect(await readQuotas.read(accounts, "due")).toBe(0);
    expect(await readQuotas.read(accounts, "allowed")).toBe(1);
    clock.advance(10 * minute);
    expect(await readQuotas.read(accounts, "due")).toBe(1);
    expect(asked).toHaveLength(3);
  });

  it("shares a read that is under way, however many ask", async () => {
    let finish: (reading: ProviderReading) => void = () => {};
    const { readQuotas, accounts, asked } = setUp({
      read: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    });
    const all = Promise.all([1, 2, 3].map(() => readQuotas.read(accounts, "allowed")));
    await expect.poll(() => asked.length).toBe(1);
    expect(readQuotas.isReading("a")).toBe(true);
    finish({ readings: [] });
    await all;
    expect(asked).toEqual(["a"]);
    expect(readQuotas.isReading("a")).toBe(false);
  });

  it("reads at most so many accounts at the same time", async () => {
    let now = 0;
    let most = 0;
    const accounts = Array.from({ length: 20 }, (_, index) => account(`a${index}`));
    const { readQuotas, asked } = setUp({
      accounts,
      concurrency: 4,
      async read() {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now--;
        return { readings: [] };
      },
    });
    await readQuotas.read(accounts, "allowed");
    expect(asked).toHaveLength(20);
    expect(most).toBe(4);
  });

  it("gives an account up after its deadline, even when the provider ignores that, and reads the others", async () => {
    const accounts = [account("hangs"), account("answers")];
    const { readQuotas } = setUp({
      accounts,
      deadline: 30,
      read: (one) => (one.id === "hangs" ? new Promise(() => {}) : Promise.resolve({ readings: [quota()] })),
    });
    await readQuotas.read(accounts, "allowed");
    expect(readQuotas.snapshot("hangs")).toMatchObject({
      state: "error",
      message: "The provider did not answer in time.",
    });
    expect(readQuotas.snapshot("answers")).toMatchObject({ state: "ok" });
  });
});

describe("a read that fails", () => {
  it.each([
    ["provider_auth_rejected", "auth_expired"],
    ["provider_credentials_missing", "auth_expired"],
    ["provider_forbidden", "forbidden"],
    ["provider_needs_action", "needs_action"],
    ["provider_rate_limited", "rate_limited"],
    ["provider_not_applicable", "unsupported"],
    ["provider_unavailable", "error"],
    ["provider_unreachable", "error"],
    ["provider_unexpected_response", "error"],
  ] as const)("with %s leaves the account in state %s", async (code, state) => {
    const { readQuotas, accounts } = setUp({ read: () => Promise.reject(new AppError(code, "Why.")) });
    await readQuotas.read(accounts, "allowed");
    expect(readQuotas.snapshot("a")).toMatchObject({ state, message: "Why.", readings: [], failures: 1 });
    expect(readQuotas.snapshot("a")?.fetchedAt).toBeUndefined();
  });

  it("keeps the readings of the last good read, with their age", async () => {
    let fails = false;
    const { readQuotas, accounts, clock } = setUp({
      read: async () => {
        if (fails) throw new AppError("provider_unavailable", "Down.");
        return { plan: "Pro", readings: [quota()] };
      },
    });
    await readQuotas.read(accounts, "allowed");
    fails = true;
    clock.advance(5 * minute);
    await readQuotas.read(accounts, "allowed");
    expect(readQuotas.snapshot("a")).toMatchObject({
      state: "error",
      plan: "Pro",
      readings: [quota()],
      fetchedAt: start,
    });
    expect(readQuotas.snapshot("a")?.attemptedAt).toBe(start + 5 * minute);
  });

  it("waits longer after each failure, and as long as the provider asks", async () => {
    let retryAfter: number | undefined;
    const { readQuotas, accounts, clock } = setUp({
      read: () => Promise.reject(new AppError("provider_rate_limited", "Slow down.", { retryAfter })),
    });
    const waits: number[] = [];
    for (const asked of [undefined, undefined, 1554_000]) {
      retryAfter = asked;
      await readQuotas.read(accounts, "allowed");
      const next = readQuotas.snapshot("a")?.nextReadAt ?? 0;
      waits.push((next - clock.now()) / minute);
      clock.advance(next - clock.now());
    }
    expect(waits).toEqual([5, 10, 25.9]);
  });

  it("of a provider's own making is logged and says nothing of it to people", async () => {
    const { readQuotas, accounts, log } = setUp({
      read: () => Promise.reject(new TypeError("token fake-secret")),
    });
    await readQuotas.read(accounts, "allowed");
    expect(readQuotas.snapshot("a")).toMatchObject({
      state: "error",
      message: "The provider's answer could not be understood.",
    });
    expect(log.lines.some((line) => line.level === "error")).toBe(true);
  });

  it.each(["provider_auth_rejected", "provider_forbidden", "provider_not_applicable"] as const)(
    "with %s is not repeated by the clock, only when a person asks",
    async (code) => {
      const { readQuotas, accounts, clock, asked } = setUp({
        read: () => Promise.reject(new AppError(code, "No.")),
      });
      await readQuotas.read(accounts, "due");
      clock.advance(24 * 60 * minute);
      await readQuotas.read(accounts, "due");
      expect(asked).toHaveLength(1);
      await readQuotas.read(accounts, "allowed");
      expect(asked).toHaveLength(2);
    },
  );
});

describe("a changed credential", () => {
  it("is tried at once, whatever the floor and the state", async () => {
    let key = "old";
    const { readQuotas, accounts, asked } = setUp({
      credentialKey: async () => key,
      read: () => Promise.reject(new AppError("provider_auth_rejected", "No.")),
    });
    await readQuotas.read(accounts, "due");
    await readQuotas.read(accounts, "due");
    expect(asked).toHaveLength(1);
    key = "new";
    await readQuotas.read(accounts, "due");
    expect(asked).toHaveLength(2);
  });
});

describe("across restarts", () => {
  it("the last snapshots, their floors and their failures are known again", async () => {
    const { readQuotas, accounts, asked } = setUp({
      snapshots: keptSnapshots([snapshot("a", { failures: 3 })]),
    });
    await readQuotas.restore();
    expect(readQuotas.snapshot("a")).toMatchObject({ failures: 3 });
    expect(await readQuotas.read(accounts, "allowed")).toBe(0);
    expect(asked).toEqual([]);
  });

  it("a snapshot of an account that now is at another provider is not shown", async () => {
    const { readQuotas } = setUp({ snapshots: keptSnapshots([snapshot("a", { provider: "other" })]) });
    await readQuotas.restore();
    expect(readQuotas.snapshot("a")).toBeUndefined();
  });

  it("stopping gives up reads under way and stores nothing of them", async () => {
    const { readQuotas, accounts, snapshots, asked } = setUp({ read: () => new Promise(() => {}) });
    const reading = readQuotas.read(accounts, "allowed");
    await expect.poll(() => asked.length).toBe(1);
    await readQuotas.stop();
    await reading;
    expect(await snapshots.latest()).toEqual([]);
  });

  it("a store that cannot write does not keep the numbers from being shown", async () => {
    const snapshots: Snapshots = {
      replace: () => Promise.reject(new AppError("store_unavailable", "The disk is full.")),
      latest: async () => [],
    };
    const { readQuotas, accounts, log } = setUp({ snapshots });
    await readQuotas.read(accounts, "allowed");
    expect(readQuotas.snapshot("a")).toMatchObject({ state: "ok" });
    expect(log.lines.map((line) => line.level)).toContain("error");
  });
});

import { describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { createAcceptSnapshots } from "../../src/core/services/accept-snapshot.ts";
import { createReadQuotas } from "../../src/core/services/read-quotas.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota, start } from "../fakes/core.ts";

const minute = 60_000;

function setUp(options: { read?: () => Promise<never>; commit?: () => Promise<void> } = {}) {
  const clock = createManualClock();
  const accounts = [account("claude-lan", { push: options.read === undefined }), account("glm-main")];
  const store = createMemoryStore({ commit: options.commit });
  let reads = 0;
  const readQuotas = createReadQuotas({
    accounts,
    reader: {
      async read() {
        reads += 1;
        return (await options.read?.()) ?? { readings: [quota()] };
      },
      credentialKey: async () => "key",
      minInterval: () => 5 * minute,
    },
    snapshots: store.snapshots,
    clock,
    log: createKeptLog(),
    random: () => 0,
  });
  const { accept } = createAcceptSnapshots({
    accounts,
    readQuotas,
    clock,
    statusLine: (provider, document) => (provider === "acme" ? (document as never) : undefined),
    nameUser: (user) => user.toUpperCase(),
  });
  return { clock, store, readQuotas, accept, accounts, reads: () => reads };
}
const content = { readings: [quota({ used: 55 })] };

describe("a pushed snapshot", () => {
  it("becomes the account's, durably, with who and when", async () => {
    const { accept, store, readQuotas } = setUp();
    const at = start - 3 * minute;
    expect(await accept({ account: "claude-lan", user: "lan", at, plan: "Max", content })).toEqual({
      ...{ accepted: true, account: "claude-lan", at },
    });
    const kept = { state: "ok", plan: "Max", fetchedAt: at, pushedBy: { user: "LAN" }, ...content };
    expect(readQuotas.snapshot("claude-lan")).toMatchObject(kept);
    expect(await store.snapshots.latest()).toMatchObject([kept]);
  });

  it("is told to those who follow the reads, with the one before", async () => {
    const { accept, readQuotas } = setUp();
    const heard: unknown[] = [];
    readQuotas.onRead((now, before) => heard.push([now.fetchedAt, before?.fetchedAt]));
    await accept({ account: "claude-lan", at: start - minute, content });
    await accept({ account: "claude-lan", content });
    expect(heard).toEqual([
      [start - minute, undefined],
      [start, start - minute],
    ]);
  });

  it("is not acknowledged when it cannot be kept", async () => {
    const { accept } = setUp({
      commit: () => Promise.reject(new AppError("store_unavailable", "The disk is full.")),
    });
    await expect(accept({ account: "claude-lan", content })).rejects.toMatchObject({
      code: "store_unavailable",
    });
  });

  it("of an unknown account is refused with the nearest one", async () => {
    const { accept } = setUp();
    await expect(accept({ account: "claude-lna", content })).rejects.toMatchObject({
      ...{ code: "not_found", message: 'No account is called "claude-lna". Did you mean "claude-lan"?' },
    });
  });

  it("is refused from the future, but a clock that is a little ahead is forgiven", async () => {
    const { accept } = setUp();
    await expect(
      accept({ account: "claude-lan", at: start + 5 * minute + 1, content }),
    ).rejects.toMatchObject({
      code: "request_invalid",
    });
    expect(await accept({ account: "claude-lan", at: start + 5 * minute, content })).toMatchObject({
      at: start,
    });
  });

  it("is ignored when newer numbers are known", async () => {
    const { accept, readQuotas } = setUp();
    await accept({ account: "claude-lan", content });
    const older = { account: "claude-lan", at: start - 1, content: { readings: [quota({ used: 1 })] } };
    expect(await accept(older)).toMatchObject({ accepted: false, reason: expect.stringContaining("Newer") });
    expect(readQuotas.snapshot("claude-lan")?.readings).toEqual(content.readings);
  });

  it("may be a status line, of a provider that has one and once it tells numbers", async () => {
    const { accept, readQuotas } = setUp();
    const line = (statusLine: unknown) => accept({ account: "claude-lan", content: { statusLine } });
    expect(await line([])).toMatchObject({ accepted: false });
    expect(readQuotas.snapshot("claude-lan")).toBeUndefined();
    expect(await line(content.readings)).toMatchObject({ accepted: true });
    await expect(line(undefined)).rejects.toMatchObject({ code: "request_invalid" });
  });
});

describe("the bot's own reads", () => {
  it("do not happen for an account that is only pushed", async () => {
    const { accounts, readQuotas, reads } = setUp();
    await readQuotas.read(accounts, "allowed");
    expect(reads()).toBe(1);
    expect(readQuotas.snapshot("claude-lan")).toBeUndefined();
  });

  it("keep to the floor after a push", async () => {
    const { accounts, readQuotas, reads, accept, clock } = setUp();
    await readQuotas.read(accounts, "allowed");
    clock.advance(minute);
    await accept({ account: "glm-main", content });
    await readQuotas.read(accounts, "allowed");
    expect(reads()).toBe(1);
    clock.advance(4 * minute);
    await readQuotas.read(accounts, "allowed");
    expect(reads()).toBe(2);
  });

  it("that fail rest while somebody's machine reports, and the account is well meanwhile", async () => {
    const { accounts, readQuotas, reads, accept, clock } = setUp({
      read: () => Promise.reject(new AppError("provider_credentials_missing", "No credential.")),
    });
    const lan = accounts.slice(0, 1);
    await readQuotas.read(lan, "due");
    expect(readQuotas.snapshot("claude-lan")).toMatchObject({ state: "auth_expired" });
    await accept({ account: "claude-lan", content });
    clock.advance(25 * minute);
    await readQuotas.read(lan, "allowed");
    expect(reads()).toBe(1);
    expect(readQuotas.snapshot("claude-lan")).toMatchObject({ state: "ok" });
    clock.advance(10 * minute);
    await readQuotas.read(lan, "allowed");
    expect(reads()).toBe(2);
    expect(readQuotas.snapshot("claude-lan")).toMatchObject({ state: "auth_expired", ...content });
  });

  it("that fail after a push leave it as it is", async () => {
    let fail = () => {};
    const { accounts, readQuotas, reads, accept } = setUp({
      read: () =>
        new Promise((_, reject) => {
          fail = () => reject(new AppError("provider_unavailable", "Down."));
        }),
    });
    const reading = readQuotas.read(accounts.slice(0, 1), "due");
    await expect.poll(reads, { interval: 1 }).toBe(1);
    await accept({ account: "claude-lan", content });
    fail();
    await reading;
    expect(readQuotas.snapshot("claude-lan")).toMatchObject({ state: "error", ...content });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Snapshot } from "../src/core/domain/quota.ts";
import type { Store } from "../src/core/ports.ts";
import { checkHistory } from "./history-contract.ts";
import { checkLedger } from "./ledger-contract.ts";
import { vandalise } from "./vandalise.ts";

/** A snapshot as a read brings it. */
export function snapshotOf(account: string, change: Partial<Snapshot> = {}): Snapshot {
  return {
    account,
    provider: "zai",
    plan: "Max",
    state: "ok",
    readings: [
      {
        kind: "quota",
        id: "session",
        label: "5-hour",
        windowSeconds: 18_000,
        unit: "percent",
        used: 37.5,
        limit: 100,
        resetsAt: 1_795_000_000_317,
      },
      { kind: "quota", id: "weekly", label: "weekly", scope: "opus", unit: "percent" },
      { kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: -0.25 },
      { kind: "spend", id: "extra", label: "Extra usage", unit: "usd", used: 12.33, limit: 50 },
    ],
    fetchedAt: 1_794_990_000_000,
    attemptedAt: 1_794_990_000_000,
    nextReadAt: 1_794_990_900_000,
    failures: 0,
    credentialKey: "3f1c",
    ...change,
  };
}

/**
 * What every store promises. `open` makes an empty store; `reopen`, where the store is durable, closes it and opens
 * another one on the same data.
 *
 * @param runs how many stores to fill with random things, for each promise that is checked with such
 */
export function checkStore(
  name: string,
  open: () => Promise<{ store: Store; reopen?: (() => Promise<Store>) | undefined }>,
  { runs = 20 }: { runs?: number | undefined } = {},
) {
  checkLedger(name, open, runs);
  checkHistory(name, open, runs);
  describe(`${name} as a store`, () => {
    it("knows no account and no setting at first", async () => {
      const { store } = await open();
      expect(await store.snapshots.latest()).toEqual([]);
      expect(await store.settings.get("digest")).toBeUndefined();
      expect(await store.settings.get("constructor")).toBeUndefined();
    });

    it("hands back the snapshot that was replaced", async () => {
      const { store } = await open();
      const first = snapshotOf("claude-lan");
      const second = snapshotOf("claude-lan", { failures: 1, state: "error" });
      expect(await store.snapshots.replace(first)).toBeUndefined();
      expect(await store.snapshots.replace(second)).toEqual(first);
      expect(await store.snapshots.latest()).toEqual([second]);
    });

    it("keeps accounts apart", async () => {
      const { store } = await open();
      await store.snapshots.replace(snapshotOf("a"));
      expect(await store.snapshots.replace(snapshotOf("b"))).toBeUndefined();
      expect(accounts(await store.snapshots.latest())).toEqual(["a", "b"]);
    });

    it("shares nothing with who wrote and who reads", async () => {
      const { store } = await open();
      const written = snapshotOf("a");
      const setting = { channels: ["one"] };
      await store.snapshots.replace(written);
      await store.settings.set("digest", setting);

      vandalise(written);
      setting.channels.push("two");
      for (const snapshot of await store.snapshots.latest()) vandalise(snapshot);
      vandalise((await store.settings.get("digest")) as object);

      expect(await store.snapshots.latest()).toEqual([snapshotOf("a")]);
      expect(await store.settings.get("digest")).toEqual({ channels: ["one"] });
      expect(await store.snapshots.replace(snapshotOf("a"))).toEqual(snapshotOf("a"));
    });

    it("hands every replaced snapshot to exactly one of many concurrent writers", async () => {
      const { store } = await open();
      const turns = Array.from({ length: 50 }, (_, n) => n);
      const replaced = await Promise.all(
        turns.map((n) => store.snapshots.replace(snapshotOf("a", { failures: n }))),
      );
      const [last] = await store.snapshots.latest();
      const seen = [...replaced.map((snapshot) => snapshot?.failures ?? -1), last?.failures];
      expect(seen.sort((a, b) => Number(a) - Number(b))).toEqual([-1, ...turns]);
    });

    it("forgets a setting that is set to undefined, and keeps null", async () => {
      const { store, reopen } = await open();
      await store.settings.set("gone", 1);
      await store.settings.set("gone", undefined);
      await store.settings.set("nothing", null);
      const later = reopen === undefined ? store : await reopen();
      expect(await later.settings.get("gone")).toBeUndefined();
      expect(await later.settings.get("nothing")).toBeNull();
    });

    it("keeps any JSON value under any key", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.dictionary(
            anyText,
            fc.json().map((text) => JSON.parse(text)),
          ),
          async (settings) => {
            const { store, reopen } = await open();
            // Each key once: the generator comes up with these two itself.
            const entries = new Map<string, unknown>([
              ...Object.entries(settings),
              ["constructor", 1],
              ["__proto__", {}],
            ]);
            await Promise.all([...entries].map(([key, value]) => store.settings.set(key, value)));
            const later = reopen === undefined ? store : await reopen();
            for (const [key, value] of entries) {
              expect(await later.settings.get(key)).toEqual(JSON.parse(JSON.stringify(value)));
            }
            await later.close();
          },
        ),
        { numRuns: runs },
      );
    });

    it("swaps a setting only while it is what somebody thinks it is", async () => {
      const { store, reopen } = await open();
      const { settings } = store;
      expect(await settings.swap("turn", { by: "a" }, { by: "b" })).toBe(false);
      expect(await settings.get("turn")).toBeUndefined();
      expect(await settings.swap("turn", undefined, { by: "a", at: 1 })).toBe(true);
      expect(await settings.swap("turn", undefined, { by: "b", at: 1 })).toBe(false);
      expect(await settings.swap("turn", { by: "a", at: 2 }, null)).toBe(false);
      // The order of keys is no difference.
      expect(await settings.swap("turn", { at: 1, by: "a" }, { by: "c" })).toBe(true);
      const later = reopen === undefined ? store : await reopen();
      expect(await later.settings.get("turn")).toEqual({ by: "c" });
      expect(await later.settings.swap("turn", { by: "c" }, null)).toBe(true);
      expect(await later.settings.swap("turn", undefined, 1)).toBe(false);
    });

    it("lets one of many who swap the same setting at once succeed", async () => {
      const { store } = await open();
      for (const [before, round] of [
        [undefined, "first"],
        ["first", "second"],
      ] as const) {
        const won = await Promise.all(
          Array.from({ length: 20 }, () => store.settings.swap("turn", before, round)),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store.settings.get("turn")).toBe(round);
      }
    });

    it("refuses a value that JSON cannot hold and goes on", async () => {
      const { store } = await open();
      await expect(store.settings.set("big", 1n)).rejects.toThrow(TypeError);
      await store.settings.set("small", 1);
      expect(await store.settings.get("big")).toBeUndefined();
      expect(await store.settings.get("small")).toBe(1);
    });

    it("keeps text of all scripts, signs and control characters", async () => {
      const { store, reopen } = await open();
      const odd = snapshotOf("odd", {
        plan: 'Kế hoạch "Siêu" 🚀 超级套餐 \u202e\u0000\n\\',
        message: "\ud800 half a pair",
      });
      await store.snapshots.replace(odd);
      const later = reopen === undefined ? store : await reopen();
      expect(await later.snapshots.latest()).toEqual([odd]);
    });

    it("holds a thousand accounts written at once", async () => {
      const { store, reopen } = await open();
      const all = Array.from({ length: 1000 }, (_, n) => snapshotOf(`account-${n}`, { failures: n }));
      await Promise.all(all.map((snapshot) => store.snapshots.replace(snapshot)));
      const later = reopen === undefined ? store : await reopen();
      expect(byAccount(await later.snapshots.latest())).toEqual(byAccount(all));
    });

    it("refuses changes once it is closed", async () => {
      const { store } = await open();
      await store.close();
      await store.close();
      const refusal = expect.objectContaining({ code: "store_unavailable" });
      await expect(store.snapshots.replace(snapshotOf("a"))).rejects.toEqual(refusal);
      await expect(store.settings.set("a", 1)).rejects.toEqual(refusal);
      await expect(store.settings.swap("a", undefined, 1)).rejects.toEqual(refusal);
    });
  });
}

const anyText = fc.string({ unit: "binary" });

function accounts(snapshots: readonly Snapshot[]): string[] {
  return snapshots.map((snapshot) => snapshot.account).sort();
}

function byAccount(snapshots: readonly Snapshot[]): Map<string, Snapshot> {
  return new Map([...snapshots].sort(({ failures: a }, { failures: b }) => a - b).map((s) => [s.account, s]));
}

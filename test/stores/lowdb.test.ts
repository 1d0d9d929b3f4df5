import * as nodeDisk from "node:fs/promises";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Disk } from "../../src/stores/disk.ts";
import { openLowdbStore, readStored } from "../../src/stores/lowdb.ts";
import { checkStore, snapshotOf } from "../store-contract.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";

/** The snapshots that somebody sees who only looks at the folder. */
async function snapshotsIn(folder: string) {
  return (await readStored({ folder, log: recordingLog() })).snapshots;
}

async function openIn(folder: string, disk?: Disk) {
  const log = recordingLog();
  const store = await openLowdbStore({ folder, log, clock, disk });
  onTestFinished(() => store.close());
  return { store, log };
}

checkStore("lowdb", async () => {
  const folder = await temporaryFolder();
  const { store } = await openIn(folder);
  return {
    store,
    async reopen() {
      await store.close();
      return (await openIn(folder)).store;
    },
  };
});

describe("the lowdb store", () => {
  it("makes its folder and files for the owner only", async () => {
    const folder = join(await temporaryFolder(), "deep", "data");
    const { store } = await openIn(folder);
    await store.settings.set("a", 1);
    await store.settings.set("a", 2);
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(folder)).toBe(0o700);
    const files = await readdir(folder);
    expect(files.sort()).toEqual(["quotabot.lock", "state.json", "state.json.bak"]);
    for (const file of files) expect(await mode(join(folder, file))).toBe(0o600);
  });

  it.skipIf(process.platform !== "linux")("gives up on a folder that the system will not make", async () => {
    await expect(openIn("/proc/quotabot/data")).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("/proc/quotabot/data"),
    });
  });

  it("writes the file a handful of times for a thousand changes at once", async () => {
    let writes = 0;
    const counting: Disk = {
      ...nodeDisk,
      rename(from, to) {
        if (String(to).endsWith("state.json")) writes += 1;
        return rename(from, to);
      },
    };
    const folder = await temporaryFolder();
    const { store } = await openIn(folder, counting);
    await Promise.all(
      Array.from({ length: 1000 }, (_, n) => store.snapshots.replace(snapshotOf(`account-${n}`))),
    );
    expect(await snapshotsIn(folder)).toHaveLength(1000);
    expect(writes).toBeLessThanOrEqual(3);
  });

  it("has on disk what it acknowledged, also what came while a write was under way", async () => {
    const folder = await temporaryFolder();
    let late: Promise<unknown> | undefined;
    const { store } = await openIn(folder, {
      ...nodeDisk,
      rename(from, to) {
        late ??= store.snapshots.replace(snapshotOf("late"));
        return rename(from, to);
      },
    });
    await store.snapshots.replace(snapshotOf("early"));
    expect(await snapshotsIn(folder)).toEqual([snapshotOf("early")]);
    await late;
    expect(await snapshotsIn(folder)).toEqual([snapshotOf("early"), snapshotOf("late")]);
  });

  it("finishes the writes under way before it closes", async () => {
    const folder = await temporaryFolder();
    const { store } = await openIn(folder);
    const writes = [store.settings.set("a", 1), store.snapshots.replace(snapshotOf("a"))];
    await store.close();
    expect(await snapshotsIn(folder)).toEqual([snapshotOf("a")]);
    expect(await readdir(folder)).not.toContain("quotabot.lock");
    await Promise.all(writes);
  });

  it("refuses a folder that is in use, and takes it once it is free", async () => {
    const folder = await temporaryFolder();
    const { store } = await openIn(folder);
    await store.snapshots.replace(snapshotOf("a"));
    await expect(openIn(folder)).rejects.toMatchObject({
      code: "store_locked",
      message: expect.stringContaining(`process ${process.pid} `),
    });
    await store.close();
    const next = await openIn(folder);
    expect(await next.store.snapshots.latest()).toEqual([snapshotOf("a")]);
  });

  it("answers with the new state when a write fails, and saves it with the next one", async () => {
    const folder = join(await temporaryFolder(), "data");
    const { store } = await openIn(folder);
    await store.snapshots.replace(snapshotOf("a"));
    await rename(folder, `${folder}-away`);
    const failures = await Promise.allSettled([
      store.snapshots.replace(snapshotOf("a", { failures: 1 })),
      store.snapshots.replace(snapshotOf("b")),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ reason: { code: "store_unavailable", status: 503, retryable: true } });
      expect(String(failure.status === "rejected" && failure.reason)).toContain(folder);
    }
    expect(await store.snapshots.latest()).toHaveLength(2);

    await rename(`${folder}-away`, folder);
    await store.settings.set("any", 1);
    const saved = await snapshotsIn(folder);
    expect(saved).toEqual([snapshotOf("a", { failures: 1 }), snapshotOf("b")]);
  });

  it("stops writing when another process took the folder over", async () => {
    const folder = await temporaryFolder();
    const { store } = await openIn(folder);
    await store.settings.set("a", 1);
    const lock = join(folder, "quotabot.lock");
    const other = { ...JSON.parse(await readFile(lock, "utf8")), id: "other", host: "elsewhere" };
    await writeFile(lock, JSON.stringify(other));
    await expect(store.settings.set("a", 2)).rejects.toMatchObject({ code: "store_locked" });
    await store.close();
    expect(JSON.parse(await readFile(lock, "utf8"))).toEqual(other);
  });

  it("leaves the folder free when it cannot open it", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "state.json"));
    await expect(openIn(folder)).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("state.json (EISDIR)"),
    });
    expect(await readdir(folder)).toEqual(["state.json"]);
  });

  it("says what to do when a file stands where its folder should be", async () => {
    const folder = join(await temporaryFolder(), "data");
    await writeFile(folder, "");
    await expect(openIn(folder)).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("set another dataDir"),
    });
  });
});

describe("reading the snapshots of a folder in use", () => {
  it("finds none in a folder that does not exist", async () => {
    const folder = join(await temporaryFolder(), "none");
    expect(await snapshotsIn(folder)).toEqual([]);
  });

  it("sees whole files only, while they are being rewritten", async () => {
    const folder = await temporaryFolder();
    const { store } = await openIn(folder);
    await store.snapshots.replace(snapshotOf("a"));
    let writing = true;
    const writer = (async () => {
      for (let failures = 1; failures <= 50; failures++) {
        await store.snapshots.replace(snapshotOf("a", { failures }));
      }
      writing = false;
    })();
    let newest = 0;
    while (writing) {
      const [seen] = await snapshotsIn(folder);
      expect(seen?.failures).toBeGreaterThanOrEqual(newest);
      newest = seen?.failures ?? -1;
    }
    await writer;
  });

  it("uses the backup when the file is damaged, and changes nothing", async () => {
    const folder = await temporaryFolder();
    const { store } = await openIn(folder);
    await store.snapshots.replace(snapshotOf("a"));
    await store.snapshots.replace(snapshotOf("b"));
    await store.close();
    await writeFile(join(folder, "state.json"), "{");
    expect(await snapshotsIn(folder)).toEqual([snapshotOf("a")]);
    await writeFile(join(folder, "state.json.bak"), "");
    await expect(snapshotsIn(folder)).rejects.toMatchObject({
      code: "store_damaged",
    });
    expect((await readdir(folder)).sort()).toEqual(["state.json", "state.json.bak"]);
  });
});

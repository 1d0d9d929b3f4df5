import { appendFile, copyFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { History } from "../../src/core/ports.ts";
import { openLowdbStore } from "../../src/stores/lowdb.ts";
import { sampleOf } from "../history-contract.ts";
import { createFaultyDisk } from "./faulty-disk.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";

const noon = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const day = 24 * 60 * minute;
const today = "2026-11-22.jsonl";

async function openIn(folder: string, disk = createFaultyDisk()) {
  const log = recordingLog();
  const store = await openLowdbStore({ folder, log, clock, disk, historyDelay: 5 });
  onTestFinished(() => store.close());
  return { ...store, log, disk };
}

const times = async (history: History) =>
  (await history.samples({ account: "team", from: 0, to: noon + day })).map(({ at }) => at);

describe("the history on disk", () => {
  it("writes a little later, all that came meanwhile together, for the owner only", async () => {
    const folder = await temporaryFolder();
    const { history, disk } = await openIn(folder);
    await Promise.all(Array.from({ length: 50 }, (_, n) => history.add([sampleOf(noon + n)])));
    const path = join(folder, "history", today);
    await expect.poll(() => readFile(path, "utf8").catch(() => "")).toContain("\n");
    expect((await readFile(path, "utf8")).trimEnd().split("\n")).toHaveLength(50);
    expect(disk.done.filter((step) => step === `writeFile ${today}`).length).toBeLessThan(10);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("leaves out damaged lines and says so once", async () => {
    const folder = await temporaryFolder();
    const { history, close } = await openIn(folder);
    await history.add([0, 1, 2].map((n) => sampleOf(noon + n)));
    await close();
    const path = join(folder, "history", today);
    await writeFile(path, (await readFile(path, "utf8")).replace(`"at":${noon + 1}`, `"at":${noon + 9}`));
    await appendFile(path, '["cut off');
    const later = await openIn(folder);
    await later.history.add([sampleOf(noon + 3)]);
    await later.close();
    expect(await times(later.history)).toEqual([noon, noon + 2, noon + 3]);
    expect(later.log.lines).toEqual([expect.stringContaining(`${today} has damaged lines`)]);
    expect(await times((await openIn(folder)).history)).toEqual([noon, noon + 2, noon + 3]);
  });

  it("leaves out samples of another day, and says so", async () => {
    const folder = await temporaryFolder();
    const { history, close } = await openIn(folder);
    await history.add([sampleOf(noon), sampleOf(noon - day)]);
    await close();
    await copyFile(join(folder, "history", today), join(folder, "history", "2026-11-21.jsonl"));
    const later = await openIn(folder);
    expect(await times(later.history)).toEqual([noon]);
    expect(later.log.lines).toEqual([expect.stringContaining("2026-11-21.jsonl has damaged lines")]);
  });

  it("thins a day once, and again only when something came to it", async () => {
    const folder = await temporaryFolder();
    const old = noon - 10 * day;
    const { history, disk, close } = await openIn(folder);
    await history.add([0, 1, 2].map((n) => sampleOf(old + n * minute)));
    await history.add([sampleOf(noon)]);
    await history.thin(noon);
    disk.done.length = 0;
    await history.thin(noon + minute);
    await close();
    const later = await openIn(folder);
    await later.history.thin(noon + 2 * minute);
    expect([...disk.done, ...later.disk.done].filter((step) => step.startsWith("write"))).toEqual([]);
    expect(await times(later.history)).toEqual([old + 2 * minute, noon]);

    await later.history.add([sampleOf(old + 3 * minute)]);
    await later.history.thin(noon + 3 * minute);
    expect(await times(later.history)).toEqual([old + 3 * minute, noon]);
    await later.close();
    expect(await times((await openIn(folder)).history)).toEqual([old + 3 * minute, noon]);
    expect((await readdir(join(folder, "history"))).sort()).toEqual(["2026-11-12.jsonl", today]);
  });

  it("keeps what a full disk does not take until it does, and says so once", async () => {
    const folder = await temporaryFolder();
    const { history, disk, log, close } = await openIn(folder);
    disk.fail("writeFile", "ENOSPC", (name) => name === today);
    await history.add([sampleOf(noon)]);
    await expect
      .poll(() => log.lines)
      .toEqual([expect.stringMatching(/^warn: Cannot write the quota history/)]);
    await history.add([sampleOf(noon + 1)]);
    expect(await times(history)).toEqual([noon, noon + 1]);
    disk.mend();
    await history.add([sampleOf(noon + 2)]);
    await close();
    expect(await times((await openIn(folder)).history)).toEqual([noon, noon + 1, noon + 2]);
    expect(log.lines).toHaveLength(1);
  });
});

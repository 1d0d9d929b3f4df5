import { appendFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { answerFrom } from "../../src/core/domain/usage-query.ts";
import { sealLine } from "../../src/stores/lines.ts";
import { type LowdbStoreOptions, openLowdbStore } from "../../src/stores/lowdb.ts";
import { seal } from "../../src/stores/sealed-json.ts";
import { allRecords, dayLength, dayOf, firstDay, recordOf } from "../ledger-records.ts";
import { createFaultyDisk } from "./faulty-disk.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";

const journal = (folder: string, day = dayOf(0)) => join(folder, "ledger", `${day}.jsonl`);
const book = (folder: string, day = dayOf(0)) => join(folder, "ledger", `${day}.json`);
const ids = (folder: string, day = dayOf(0)) => join(folder, "ledger", `${day}.ids`);

async function openIn(folder: string, options: Partial<LowdbStoreOptions> = {}) {
  const log = recordingLog();
  const store = await openLowdbStore({ folder, log, clock, ...options });
  onTestFinished(() => store.close());
  return { ...store, log };
}

/** Records 0, 1, ... of the day so many days after the first. */
function records(count: number, day = 0, from = 0) {
  return Array.from({ length: count }, (_, n) =>
    recordOf(`${day}-${from + n}`, {
      at: firstDay + day * dayLength + (from + n) * 1_000,
      user: `user-${n % 3}`,
    }),
  );
}

const byUser = { from: dayOf(0), to: dayOf(3), by: "user" } as const;

/** A folder with so many records, closed. */
async function filled(count: number): Promise<string> {
  const folder = await temporaryFolder();
  const { ledger, close } = await openIn(folder);
  await ledger.append(records(count));
  await close();
  return folder;
}

/** Whether any file below the folder has the text in it. */
async function isAnywhere(folder: string, text: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  const contents = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return contents.some((content) => content.includes(text));
}

function unavailable(text = "") {
  return { code: "store_unavailable", message: expect.stringContaining(text) };
}

describe("the ledger on disk", () => {
  it("makes its files for the owner only, and only when there is something to keep", async () => {
    const folder = await temporaryFolder();
    const { ledger, close } = await openIn(folder);
    expect(await readdir(folder)).toEqual(["quotabot.lock"]);
    await ledger.append(records(1));
    await close();
    expect((await stat(join(folder, "ledger"))).mode & 0o777).toBe(0o700);
    const files = await readdir(join(folder, "ledger"));
    expect(files.sort()).toEqual([`${dayOf(0)}.ids`, `${dayOf(0)}.json`, `${dayOf(0)}.jsonl`]);
    for (const file of files) expect((await stat(join(folder, "ledger", file))).mode & 0o777).toBe(0o600);
  });

  it("writes once for all who wait, and has synced before anybody is told", async () => {
    const disk = createFaultyDisk();
    const folder = await temporaryFolder();
    const { ledger } = await openIn(folder, { disk });
    await ledger.append(records(1));
    disk.done.length = 0;
    let told = 0;
    const calls = records(1_000, 0, 1).map(async (record) => {
      await ledger.append([record]);
      told += 1;
    });
    disk.before("datasync", async () => expect(told).toBeLessThan(1_000));
    await Promise.all(calls);
    expect(disk.done.filter((step) => step === `datasync ${dayOf(0)}.jsonl`).length).toBeLessThanOrEqual(2);
    expect(disk.done.at(-1)).toBe(`datasync ${dayOf(0)}.jsonl`);
    expect((await readFile(journal(folder), "utf8")).trimEnd().split("\n")).toHaveLength(1 + 1_001);
  });

  it("makes a new journal's name durable before anybody is told", async () => {
    const disk = createFaultyDisk();
    const folder = await temporaryFolder();
    const { ledger } = await openIn(folder, { disk });
    await ledger.append(records(1));
    expect(disk.done).toContain("sync ledger");
    disk.done.length = 0;
    await ledger.append(records(1, 0, 1));
    expect(disk.done).not.toContain("sync ledger");
  });

  it("refuses what it cannot write any more, and goes on when it has caught up", async () => {
    const disk = createFaultyDisk();
    const { ledger } = await openIn(await temporaryFolder(), { disk });
    let goOn = () => {};
    disk.before("datasync", () => new Promise<void>((resolve) => (goOn = resolve)));
    const first = ledger.append(records(1));
    await expect.poll(() => disk.done).toContain(`write ${dayOf(0)}.jsonl`);
    const many = Array.from({ length: 200_000 }, () => recordOf("again and again"));
    const second = ledger.append(many);
    await expect(ledger.append(records(1, 1))).rejects.toMatchObject(unavailable("Send these again"));
    disk.mend();
    goOn();
    expect([await first, (await second).slice(0, 2)]).toEqual([[true], [true, false]]);
    expect(await ledger.append(records(1, 1))).toEqual([true]);
  });
});

describe("a disk that takes no more", () => {
  for (const [operation, code] of [
    ["write", "ENOSPC"],
    ["write", "EIO"],
    ["datasync", "EIO"],
    ["open", "EROFS"],
  ] as const) {
    it(`keeps nothing of a call, and all once it works again: ${operation} fails with ${code}`, async () => {
      const disk = createFaultyDisk();
      const folder = await temporaryFolder();
      const { ledger, close } = await openIn(folder, { disk });
      await ledger.append(records(5));
      const before = await readFile(journal(folder));

      disk.fail(operation, code, (name) => name.endsWith(".jsonl"));
      const calls = [ledger.append([...records(8), ...records(3, 1)]), ledger.append(records(2, 2))];
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ reason: { ...unavailable(code), retryable: true } });
      }
      expect(await ledger.usage(byUser)).toEqual(answerFrom(records(5), byUser));
      expect(await allRecords(ledger)).toEqual(records(5));

      disk.mend();
      expect(await ledger.append([...records(8), ...records(3, 1)])).toEqual([
        ...records(5).map(() => false),
        ...[...records(3), ...records(3, 1)].map(() => true),
      ]);
      const all = [...records(8), ...records(3, 1)];
      expect(await ledger.usage(byUser)).toEqual(answerFrom(all, byUser));
      expect((await readFile(journal(folder))).subarray(0, before.length)).toEqual(before);
      await close();
      expect(await allRecords((await openIn(folder)).ledger)).toEqual(all);
    });
  }

  it("keeps nothing of a call of two days when the file of one fails", async () => {
    const disk = createFaultyDisk();
    const folder = await temporaryFolder();
    const { ledger, close } = await openIn(folder, { disk });
    await ledger.append([...records(1), ...records(1, 1)]);
    disk.fail("datasync", "EIO", (name) => name === `${dayOf(1)}.jsonl`);
    const call = [...records(3), ...records(3, 1)];
    await expect(ledger.append(call)).rejects.toMatchObject(unavailable());
    disk.mend();
    await close();
    const later = await openIn(folder);
    expect(await allRecords(later.ledger)).toEqual([...records(1), ...records(1, 1)]);
    await later.ledger.append(call);
    expect(await later.ledger.usage(byUser)).toEqual(answerFrom(call, byUser));
  });

  it("writes nothing as long as a failed write cannot be taken back", async () => {
    const disk = createFaultyDisk();
    const folder = await temporaryFolder();
    const { ledger } = await openIn(folder, { disk });
    await ledger.append(records(1));
    disk.fail("datasync", "EIO", (name) => name.endsWith(".jsonl"));
    disk.fail("truncate", "EIO", () => true);
    await expect(ledger.append(records(2))).rejects.toMatchObject(unavailable());
    disk.mend();
    disk.fail("truncate", "EIO", () => true);
    // On another day, where it would count twice after a crash.
    const elsewhere = recordOf("0-1", { at: firstDay + dayLength });
    await expect(ledger.append([elsewhere])).rejects.toMatchObject(unavailable());
    disk.mend();
    const all = [...records(1), elsewhere];
    await ledger.append([elsewhere]);
    expect(await allRecords(ledger)).toEqual(all);
    expect((await readFile(journal(folder), "utf8")).trimEnd().split("\n")).toHaveLength(2);
  });

  it("fails only those who need the day that cannot be opened", async () => {
    const folder = await temporaryFolder();
    const { ledger } = await openIn(folder);
    await ledger.append(records(1));
    await mkdir(journal(folder, dayOf(1)));
    const calls = await Promise.allSettled([
      ledger.append(records(2)),
      ledger.append([...records(3), ...records(1, 1)]),
      ledger.append(records(1, 2)),
    ]);
    expect(calls).toMatchObject([
      { value: [false, true] },
      { reason: unavailable(`${dayOf(1)}.jsonl (EISDIR)`) },
      { value: [true] },
    ]);
  });

  it("loses no record when roll-ups cannot be saved, says so once, and saves them later", async () => {
    const disk = createFaultyDisk();
    const folder = await temporaryFolder();
    const saveLedgerAfter = { records: 1, milliseconds: 5 };
    const { ledger, log } = await openIn(folder, { disk, saveLedgerAfter });
    disk.fail("open", "ENOSPC", (name) => name.endsWith(".ids"));
    await ledger.append(records(5));
    await expect.poll(() => log.lines).toEqual([expect.stringContaining("warn: Cannot save the roll-ups")]);
    await ledger.append(records(8));
    expect(await ledger.usage(byUser)).toEqual(answerFrom(records(8), byUser));
    disk.mend();
    await expect.poll(() => readdir(join(folder, "ledger"))).toContain(`${dayOf(0)}.json`);
    expect(log.lines).toHaveLength(1);
  });
});

it("answers the same while days are put away and taken up again", async () => {
  const folder = await temporaryFolder();
  const { ledger } = await openIn(folder, { saveLedgerAfter: { records: 1, milliseconds: 2 } });
  const all = Array.from({ length: 40 }, (_, n) =>
    recordOf(`${n}`, { at: firstDay + (n % 3) * dayLength + n }),
  );
  const query = { from: dayOf(0), to: dayOf(2), by: "day", only: { account: ["team"] } } as const;
  for (const [n, record] of all.entries()) {
    await ledger.append([record]);
    for (let question = 0; question < 5; question++) {
      expect(await ledger.usage(query)).toEqual(answerFrom(all.slice(0, n + 1), query));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await ledger.spent("team", firstDay, firstDay + 3 * dayLength))?.records).toBe(n + 1);
  }
});

it("keeps all that waits to be written before it closes", async () => {
  const folder = await temporaryFolder();
  const { ledger, close } = await openIn(folder);
  const calls = Array.from({ length: 30 }, (_, n) => ledger.append(records(2_000, 0, n * 2_000)));
  let kept = 0;
  for (const call of calls) void call.then(() => (kept += 1));
  await close();
  expect(kept).toBe(calls.length);
  const later = await openIn(folder);
  expect((await later.ledger.usage(byUser)).total.requests).toBe(60_000);
  expect(later.log.lines).toEqual([]);
});

describe("starting on what a ledger left", () => {
  it("reads again only what was not saved", async () => {
    const folder = await filled(50);
    // Damage there would be seen by who reads it.
    const bytes = await readFile(journal(folder));
    const middle = Math.floor(bytes.length / 2);
    await writeFile(journal(folder), bytes.fill("x", middle, middle + 20));
    const { ledger, log } = await openIn(folder);
    expect(await ledger.usage(byUser)).toEqual(answerFrom(records(50), byUser));
    expect(log.lines).toEqual([]);
    expect((await allRecords(ledger)).length).toBeLessThan(50);
    expect(log.lines).toEqual([expect.stringContaining("has damaged lines")]);
  });

  it("cuts off a last line that was not written to its end, and says so", async () => {
    const folder = await filled(3);
    const { size } = await stat(journal(folder));
    await appendFile(journal(folder), sealLine({ id: "torn" }).slice(0, 20));
    const { ledger, log } = await openIn(folder);
    expect(log.lines).toEqual([expect.stringMatching(/^warn: The last line of .* was cut off/)]);
    expect((await stat(journal(folder))).size).toBe(size);
    await ledger.append(records(5));
    expect(await allRecords(ledger)).toEqual(records(5));
  });

  it("keeps the whole lines around a damaged one, copies that, and says so", async () => {
    const folder = await filled(5);
    for (const file of [book(folder), ids(folder)]) await rm(file);
    const lines = (await readFile(journal(folder), "utf8")).split("\n");
    const damaged = lines[3]?.replace('"id":"0-2"', '"id":"0-9"') ?? "";
    await writeFile(journal(folder), lines.with(3, damaged).join("\n"));
    const { ledger, log } = await openIn(folder);
    const whole = records(5).filter(({ id }) => id !== "0-2");
    expect(await ledger.usage(byUser)).toEqual(answerFrom(whole, byUser));
    expect(await allRecords(ledger)).toEqual(whole);
    expect(log.lines[0]).toMatch(/^error: .* has a damaged line, copied to .*jsonl\.damaged-/);
    const [copy = ""] = (await readdir(join(folder, "ledger"))).filter((name) => name.includes("damaged"));
    expect(await readFile(join(folder, "ledger", copy), "utf8")).toBe(`${damaged}\n`);
  });

  it("loses no record where a line break is damaged, be it the last", async () => {
    for (const line of [0, 2, 5]) {
      const folder = await filled(5);
      for (const file of [book(folder), ids(folder)]) await rm(file);
      const lines = (await readFile(journal(folder), "utf8")).trimEnd().split("\n");
      const damaged = `${lines.slice(0, line + 1).join("\n")}x${lines.slice(line + 1).join("\n")}`;
      await writeFile(journal(folder), line === 5 ? damaged : `${damaged}\n`);
      const { ledger } = await openIn(folder);
      expect(await allRecords(ledger, 1)).toEqual(records(5));
      expect(await ledger.append(records(6))).toEqual([false, false, false, false, false, true]);
      expect(await allRecords(ledger, 1)).toEqual(records(6));
      expect(await ledger.usage(byUser)).toEqual(answerFrom(records(6), byUser));
    }
  });

  for (const [what, path] of [
    ["book", book],
    ["ids", ids],
  ] as const) {
    for (const how of ["missing", "damaged", "cut off"]) {
      it(`makes a day's ${what} again from its journal when it is ${how}`, async () => {
        const folder = await filled(20);
        if (how === "missing") await rm(path(folder));
        else if (how === "cut off") await truncate(path(folder), 11);
        else await writeFile(path(folder), (await readFile(path(folder))).fill("7", 40, 50));
        const { ledger } = await openIn(folder);
        expect(await ledger.append(records(21))).toEqual([...records(20).map(() => false), true]);
        expect(await ledger.usage(byUser)).toEqual(answerFrom(records(21), byUser));
      });
    }
  }

  it("says so when what is lost cannot be made again, and goes on", async () => {
    const folder = await temporaryFolder();
    const { ledger, close } = await openIn(folder);
    await ledger.append([...records(5), ...records(5, 1)]);
    await ledger.prune(dayOf(1));
    await close();
    for (const file of [book(folder), `${book(folder)}.bak`]) await writeFile(file, "{}");
    const later = await openIn(folder);
    const answer = await later.ledger.usage(byUser);
    expect(answer).toEqual({ ...answerFrom(records(5, 1), byUser), missing: [dayOf(0)] });
    expect(later.log.lines).toContainEqual(expect.stringMatching(/^error: .*json is damaged/));
    expect(await later.ledger.append(records(6))).toHaveLength(6);
    expect(later.log.lines).toContainEqual(
      expect.stringMatching(/^error: .*json is gone, and with it usage/),
    );
  });

  it("refuses what a newer program wrote", async () => {
    const folder = await filled(3);
    const newer = unavailable("was written by a newer quotabot");
    const lines = (await readFile(journal(folder), "utf8")).split("\n");
    const head = sealLine({ journal: "a", version: 2 }).trimEnd();
    await writeFile(journal(folder), lines.with(0, head).join("\n"));
    await expect(openIn(folder)).rejects.toMatchObject(newer);
    await writeFile(journal(folder), lines.join("\n"));
    await writeFile(book(folder), seal(2, {}));
    await expect(openIn(folder)).rejects.toMatchObject(newer);
  });

  it("recognises a record of a pruned day after a restart", async () => {
    const folder = await filled(5);
    const first = await openIn(folder);
    await first.ledger.prune(dayOf(1));
    await first.close();
    expect(await readdir(join(folder, "ledger"))).not.toContain(`${dayOf(0)}.jsonl`);
    const { ledger, close } = await openIn(folder);
    expect(await ledger.append(records(6))).toEqual([false, false, false, false, false, true]);
    await close();
    const again = await openIn(folder);
    expect(await again.ledger.usage(byUser)).toEqual(answerFrom(records(6), byUser));
    expect(again.log.lines).toEqual([]);
  });

  it("stops taking records when another process took the folder over", async () => {
    const folder = await temporaryFolder();
    let now = Date.now() - 60_000;
    const { ledger } = await openIn(folder, { clock: { now: () => now } });
    await ledger.append(records(1));
    const lock = join(folder, "quotabot.lock");
    const other = { ...JSON.parse(await readFile(lock, "utf8")), id: "other", host: "elsewhere" };
    await writeFile(lock, JSON.stringify(other));
    now += 60_000;
    await expect(ledger.append(records(2))).rejects.toMatchObject({ code: "store_locked" });
    expect(await ledger.usage(byUser)).toEqual(answerFrom(records(1), byUser));
  });
});

describe("A name that is forgotten", () => {
  it("is in no file any more", async () => {
    const folder = await filled(30);
    const { ledger, log, close } = await openIn(folder);
    await ledger.append(records(30, 1));
    await ledger.prune(dayOf(1));
    expect(await isAnywhere(folder, "user-1")).toBe(true);
    expect(await ledger.forgetUser("user-1")).toBe(10);
    expect(await isAnywhere(folder, "user-1")).toBe(false);
    await close();
    expect(await isAnywhere(folder, "user-1")).toBe(false);
    expect(log.lines).toEqual([]);
  });

  const faults = [
    ["open", ".jsonl.new"],
    ["writeFile", ".jsonl.new"],
    ["datasync", ".jsonl.new"],
    ["writeFile", ".json"],
    ["sync", "ledger"],
  ] as const;
  it.each(faults)(
    "takes a second try after a failed %s of %s, and loses nothing",
    async (operation, name) => {
      const folder = await filled(30);
      const disk = createFaultyDisk();
      const { ledger, close } = await openIn(folder, { disk });
      await ledger.append(records(30, 1));
      disk.fail(operation, "ENOSPC", (file) => file.includes(name));
      await expect(ledger.forgetUser("user-1")).rejects.toMatchObject(unavailable());
      disk.mend();
      const all = [...records(30), ...records(30, 1)];
      const without = all.map((one) => (one.user === "user-1" ? { ...one, user: undefined } : one));
      const byModel = { ...byUser, by: "model" } as const;
      expect(await ledger.usage(byModel)).toEqual(answerFrom(without, byModel));
      await ledger.forgetUser("user-1");
      expect(await ledger.usage(byUser)).toEqual(answerFrom(without, byUser));
      expect(await allRecords(ledger)).toEqual(without);
      expect(await ledger.append(all)).toEqual(all.map(() => false));
      const more = recordOf("more", { at: firstDay + 23 * 3_600_000 });
      expect(await ledger.append([more])).toEqual([true]);
      await close();
      const later = await openIn(folder);
      expect(await later.ledger.usage(byUser)).toEqual(answerFrom([...without, more], byUser));
      expect(await allRecords(later.ledger)).toHaveLength(61);
      expect(later.log.lines).toEqual([]);
      expect(await isAnywhere(folder, "user-1")).toBe(false);
    },
  );

  it("takes a second try after the process died between journal and roll-ups, and loses nothing", async () => {
    const folder = await filled(30);
    const before = await readFile(book(folder));
    const first = await openIn(folder);
    await first.ledger.forgetUser("user-1");
    await first.close();
    // As if the roll-ups had never been written.
    await writeFile(book(folder), before);
    const { ledger, log } = await openIn(folder);
    const without = records(30).map((one) => (one.user === "user-1" ? { ...one, user: undefined } : one));
    expect(await allRecords(ledger)).toEqual(without);
    expect(await ledger.usage(byUser)).toEqual(answerFrom(records(30), byUser));
    await ledger.forgetUser("user-1");
    expect(await ledger.usage(byUser)).toEqual(answerFrom(without, byUser));
    expect(await ledger.append(records(30))).toEqual(records(30).map(() => false));
    expect(log.lines).toEqual([]);
  });
});

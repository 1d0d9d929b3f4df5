import { cp, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { answerFrom } from "../../src/core/domain/usage-query.ts";
import { type LowdbStoreOptions, openLowdbStore } from "../../src/stores/lowdb.ts";
import { seal } from "../../src/stores/sealed-json.ts";
import { allRecords, dayLength, dayOf, firstDay, recordOf } from "../ledger-records.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";

const pathOf = (ending: string) => (folder: string, day: number) =>
  join(folder, "ledger", `${dayOf(day)}.${ending}`);
const journal = pathOf("jsonl");
const book = pathOf("json");
const ids = pathOf("ids");
const byUser = { from: dayOf(0), to: dayOf(3), by: "user" } as const;

async function openIn(folder: string, options: Partial<LowdbStoreOptions> = {}) {
  const log = recordingLog();
  const store = await openLowdbStore({ folder, log, clock, ...options });
  onTestFinished(() => store.close());
  return { ...store, log, errors: () => log.lines.filter((line) => line.startsWith("error:")) };
}

/** Records from one number to another of the day so many days after the first. */
function records(from: number, to: number, day = 0) {
  return Array.from({ length: to - from }, (_, n) =>
    recordOf(`${day}-${from + n}`, {
      at: firstDay + day * dayLength + (from + n) * 1_000,
      user: `user-${n % 3}`,
    }),
  );
}

/** A folder with twenty records on each of so many days, closed. */
async function filled(days = 1): Promise<string> {
  const folder = await temporaryFolder();
  const { ledger, close } = await openIn(folder);
  for (let day = 0; day < days; day++) await ledger.append(records(0, 20, day));
  await close();
  return folder;
}

/** What a process leaves that is killed now. It may be writing, so what is written first is copied last. */
async function killed(folder: string): Promise<string> {
  const copy = await temporaryFolder();
  await mkdir(join(copy, "ledger"));
  for (const ending of [".json", ".json.bak", ".ids", ".jsonl"]) {
    for (const name of await readdir(join(folder, "ledger"))) {
      if (!name.endsWith(ending)) continue;
      const bytes = await readFile(join(folder, "ledger", name)).catch(() => undefined);
      if (bytes !== undefined) await writeFile(join(copy, "ledger", name), bytes);
    }
  }
  return copy;
}

async function dropLine(path: string, number: number): Promise<void> {
  const lines = (await readFile(path, "utf8")).split("\n");
  await writeFile(path, lines.toSpliced(number, 1).join("\n"));
}

const half = async (path: string) => await truncate(path, Math.floor((await stat(path)).size / 2));
const lacks = (count: number | string) =>
  expect.stringMatching(`^error: .*${dayOf(0)}\\.jsonl lacks ${count} record`);

describe("a journal that lost records", () => {
  const damages: readonly [string, (path: string) => Promise<void>, number | string][] = [
    ["cut in the middle", half, "1[01]"],
    ["empty", (path) => truncate(path, 0), 20],
    ["deleted", (path) => rm(path), 20],
    ["without one of its lines", (path) => dropLine(path, 7), 1],
    [
      "cut behind its head",
      async (path) => {
        await truncate(path, (await readFile(path)).indexOf("\n") + 1);
      },
      20,
    ],
  ];
  for (const [how, damage, count] of damages) {
    it(`is said to be one, once, and the totals stay: ${how}`, async () => {
      const folder = await filled();
      await damage(journal(folder, 0));
      const { ledger, log, errors, close } = await openIn(folder);
      expect(errors()).toContainEqual(lacks(count));
      expect(log.lines.join()).not.toContain("before it told anybody");
      expect(await ledger.usage(byUser)).toEqual(answerFrom(records(0, 20), byUser));
      expect(await ledger.append(records(0, 20))).not.toContain(true);
      await close();
      const later = await openIn(folder);
      expect(later.log.lines).toEqual([]);
      expect(await later.ledger.usage(byUser)).toEqual(answerFrom(records(0, 20), byUser));
    });

    it(`takes new ones that no crash loses or doubles: ${how}`, async () => {
      const folder = await filled();
      await damage(journal(folder, 0));
      const first = await openIn(folder);
      await first.ledger.append(records(20, 60));
      const { ledger } = await openIn(await killed(folder));
      expect(await ledger.usage(byUser)).toEqual(answerFrom([...records(0, 20), ...records(20, 60)], byUser));
      expect(await ledger.append(records(0, 60))).not.toContain(true);
      const there = (await allRecords(ledger)).map(({ id }) => id);
      expect(there.slice(-40)).toEqual(records(20, 60).map(({ id }) => id));
      expect(new Set(there).size).toBe(there.length);
    });
  }

  it("loses nothing that was not saved yet behind a line that was taken out", async () => {
    const folder = await filled();
    const { ledger } = await openIn(folder);
    await ledger.append(records(20, 40));
    const copy = await killed(folder);
    await dropLine(journal(copy, 0), 7);
    const later = await openIn(copy);
    expect(later.errors()).toEqual([lacks(1)]);
    const all = [...records(0, 20), ...records(20, 40)];
    expect(await later.ledger.usage(byUser)).toEqual(answerFrom(all, byUser));
  });

  it("never takes the place of totals that know more", async () => {
    const folder = await filled();
    await half(journal(folder, 0));
    await (await openIn(folder)).close();
    await truncate(ids(folder, 0), 11);
    const { ledger, errors } = await openIn(folder);
    expect(await ledger.usage(byUser)).toEqual(answerFrom(records(0, 20), byUser));
    expect(errors()).toEqual([expect.stringContaining("may count twice")]);
  });

  it("is not one whose records were pruned", async () => {
    const folder = await filled(2);
    const { ledger, close } = await openIn(folder);
    expect(await ledger.prune(dayOf(2))).toBe(2);
    const copy = await killed(folder);
    await close();
    for (const left of [folder, copy]) {
      const later = await openIn(left);
      await later.ledger.append(records(20, 30));
      expect(later.log.lines).toEqual([]);
      expect((await later.ledger.usage(byUser)).total.requests).toBe(50);
    }
  });

  it("is not one either when only the backup can tell that its records were pruned", async () => {
    const folder = await filled();
    const { ledger, close } = await openIn(folder);
    await ledger.prune(dayOf(1));
    await close();
    await writeFile(book(folder, 0), "{}");
    const later = await openIn(folder);
    expect(await later.ledger.usage(byUser)).toEqual(answerFrom(records(0, 20), byUser));
    expect(later.errors()).toEqual([expect.stringContaining("json is damaged")]);
  });

  it("is not looked for where a book does not tell how it was", async () => {
    const folder = await filled(2);
    for (const day of [0, 1]) {
      const { version, data } = JSON.parse(await readFile(book(folder, day), "utf8"));
      const { id, end } = data.journal;
      await writeFile(book(folder, day), seal(version, { ...data, journal: { id, end } }));
    }
    await rm(journal(folder, 0));
    const { ledger, log } = await openIn(folder);
    expect(await ledger.append([...records(0, 21), ...records(0, 21, 1)])).toHaveLength(42);
    expect((await ledger.usage(byUser)).total.requests).toBe(42);
    expect(log.lines).toEqual([]);
  });

  it("is not one either when pruning was cut short", async () => {
    const folder = await filled();
    const { ledger } = await openIn(folder);
    const before = await readFile(journal(folder, 0));
    await ledger.prune(dayOf(1));
    const copy = await killed(folder);
    await writeFile(journal(copy, 0), before);
    const later = await openIn(copy);
    expect(later.log.lines).toEqual([]);
    expect(await later.ledger.usage(byUser)).toEqual(answerFrom(records(0, 20), byUser));
    expect(await later.ledger.prune(dayOf(1))).toBe(1);
  });
});

describe("a journal of another day", () => {
  it("is moved aside, said, and counts nowhere", async () => {
    const folder = await filled(2);
    await rename(journal(folder, 0), join(folder, "spare"));
    await rename(journal(folder, 1), journal(folder, 0));
    await rename(join(folder, "spare"), journal(folder, 1));
    const { ledger, errors } = await openIn(folder);
    const all = [...records(0, 20), ...records(0, 20, 1)];
    expect(await ledger.usage(byUser)).toEqual(answerFrom(all, byUser));
    expect(await allRecords(ledger)).toEqual([]);
    expect(errors()).toContainEqual(
      expect.stringMatching(`${dayOf(0)}\\.jsonl is the journal of ${dayOf(1)}. Moved it to`),
    );
    expect(errors()).toContainEqual(lacks(20));
    const aside = (await readdir(join(folder, "ledger"))).filter((name) => name.includes("jsonl.damaged-"));
    expect(aside).toHaveLength(2);
  });
});

describe("a journal that is taken away under a running bot", () => {
  const damages: readonly [string, (folder: string) => Promise<void>][] = [
    ["deleted", (folder) => rm(journal(folder, 0))],
    ["moved", (folder) => rename(journal(folder, 0), join(folder, "elsewhere"))],
    ["deleted with its folder", (folder) => rm(join(folder, "ledger"), { recursive: true })],
    [
      "replaced",
      async (folder) => {
        await cp(journal(folder, 0), join(folder, "copy"));
        await rename(join(folder, "copy"), journal(folder, 0));
        await truncate(journal(folder, 0), 0);
      },
    ],
  ];
  for (const [how, damage] of damages) {
    for (const resting of [false, true]) {
      it(`is begun anew, and said: ${how}${resting ? " while it was closed" : ""}`, async () => {
        const folder = await filled();
        const milliseconds = resting ? 1 : 60_000;
        const { ledger, errors } = await openIn(folder, {
          saveLedgerAfter: { records: 50_000, milliseconds },
        });
        await ledger.append(records(20, 25));
        if (resting) await new Promise((resolve) => setTimeout(resolve, 100));
        await damage(folder);
        await ledger.append(records(25, 40));
        expect(errors().length).toBeGreaterThan(0);
        const text = await readFile(journal(folder, 0), "utf8");
        for (const { id } of records(25, 40)) expect(text).toContain(`"${id}"`);
        const later = await openIn(await killed(folder));
        expect(await later.ledger.append(records(25, 40))).not.toContain(true);
        const there = (await allRecords(later.ledger)).map(({ id }) => id);
        expect(there).toEqual(records(25, 40).map(({ id }) => id));
      });
    }
  }

  for (const [how, damage] of damages)
    it(`costs the totals nothing when they are still known: ${how}`, async () => {
      const folder = await filled();
      const { ledger } = await openIn(folder);
      await ledger.append(records(20, 25));
      await damage(folder);
      await ledger.append(records(25, 40));
      await expect
        .poll(async () => await readFile(book(folder, 0), "utf8").catch(() => ""))
        .toContain('"count":40');
      const later = await openIn(await killed(folder));
      const all = [...records(0, 20), ...records(20, 25), ...records(25, 40)];
      expect(await later.ledger.usage(byUser)).toEqual(answerFrom(all, byUser));
      expect(await later.ledger.append(all)).not.toContain(true);
      expect(later.log.lines).toEqual([]);
    });
});

import { cp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { answerFrom } from "../../src/core/domain/usage-query.ts";
import { AppError } from "../../src/core/errors.ts";
import { openLowdbStore } from "../../src/stores/lowdb.ts";
import { allRecords, dayOf, firstDay, recordOf } from "../ledger-records.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";

const flips = Number(process.env.FLIP_RUNS ?? 60);
const query = { from: dayOf(0), to: dayOf(1), by: "user" } as const;
const all = Array.from({ length: 24 }, (_, n) =>
  recordOf(`record-${n}`, { at: firstDay + (n % 2) * 86_400_000 + n * 60_000, user: `user-${n % 3}` }),
);

async function openIn(folder: string) {
  return await openLowdbStore({ folder, log: recordingLog(), clock });
}

/** What a process left that was killed: of each day a part is saved, with a backup, and a part is in the journal only. */
async function leftBehind(): Promise<string> {
  const [folder, copy] = [await temporaryFolder(), await temporaryFolder()];
  for (const to of [8, 16]) {
    const store = await openIn(folder);
    await store.ledger.append(all.slice(0, to));
    await store.close();
  }
  const store = await openIn(folder);
  await store.ledger.append(all);
  await cp(join(folder, "ledger"), join(copy, "ledger"), { recursive: true });
  await store.close();
  return copy;
}

async function filesLeftBehind() {
  const original = await leftBehind();
  const files = await Promise.all(
    (await readdir(join(original, "ledger"))).map(async (name) => ({
      name,
      bytes: await readFile(join(original, "ledger", name)),
    })),
  );
  expect(files).toHaveLength(8);
  return { original, files };
}

/** Refused is only what looks like the work of a newer program. */
function assertNewer(error: unknown): void {
  if (!(error instanceof AppError && error.message.includes("newer"))) throw error;
}

it("whatever byte is damaged, nothing else is lost and nothing counts twice", {
  timeout: 20_000 + flips * 100,
}, async () => {
  const { original, files } = await filesLeftBehind();
  let opened = 0;
  const flip = fc.record({
    file: fc.nat({ max: files.length - 1 }),
    at: fc.nat(),
    change: fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128)),
  });

  async function check(folder: string): Promise<void> {
    const { ledger, close } = await openIn(folder);
    opened += 1;
    const there = await allRecords(ledger);
    expect(all.length - there.length).toBeLessThanOrEqual(1);
    for (const record of there) expect(all).toContainEqual(record);
    expect(new Set(there.map(({ id }) => id)).size).toBe(there.length);
    const counted = (await ledger.usage(query)).total.requests;
    expect([all.length, all.length - 1]).toContain(counted);
    const added = await ledger.append(all);
    expect(added.filter((isNew) => isNew)).toHaveLength(all.length - counted);
    expect(await ledger.usage(query)).toEqual(answerFrom(all, query));
    await close();
    const later = await openIn(folder);
    expect(await later.ledger.usage(query)).toEqual(answerFrom(all, query));
    await later.close();
  }

  await fc.assert(
    fc.asyncProperty(flip, async ({ file, at, change }) => {
      const folder = await temporaryFolder();
      await cp(original, folder, { recursive: true });
      const { name, bytes: whole } = files[file] as (typeof files)[number];
      const bytes = Buffer.from(whole);
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ change;
      await writeFile(join(folder, "ledger", name), bytes);
      await check(folder).catch(assertNewer);
    }),
    { numRuns: flips },
  );
  expect(opened).toBeGreaterThan(flips / 2);
});

it("whatever is cut off, deleted or swapped, what comes in later is neither lost nor doubled", {
  timeout: 20_000 + flips * 150,
}, async () => {
  const { original, files } = await filesLeftBehind();
  const newOnes = Array.from({ length: 40 }, (_, n) =>
    recordOf(`new-${n}`, { at: firstDay + (n % 2) * 86_400_000 + n * 60_000, user: "new" }),
  );
  const ofNew = { ...query, only: { user: ["new"] } };
  let opened = 0;
  const damage = fc.record({
    kind: fc.constantFrom("cut off", "deleted", "swapped"),
    file: fc.nat({ max: files.length - 1 }),
    at: fc.nat(),
    count: fc.integer({ min: 1, max: newOnes.length }),
  });

  async function check(folder: string, count: number): Promise<void> {
    const copy = await temporaryFolder();
    const { ledger, close } = await openIn(folder);
    opened += 1;
    const before = (await ledger.usage(query)).total.requests;
    const sent = newOnes.slice(0, count);
    expect(await ledger.append(sent)).not.toContain(false);
    await cp(join(folder, "ledger"), join(copy, "ledger"), { recursive: true });
    await close();

    for (let start = 0; start < 2; start++) {
      const later = await openIn(copy);
      expect((await later.ledger.usage(query)).total.requests).toBe(before + count);
      expect(await later.ledger.usage(ofNew)).toEqual(answerFrom(sent, ofNew));
      const ids = (await allRecords(later.ledger)).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(sent.map(({ id }) => id)));
      expect(new Set(ids).size).toBe(ids.length);
      expect(await later.ledger.append(sent)).not.toContain(true);
      await later.close();
    }
  }

  await fc.assert(
    fc.asyncProperty(damage, async ({ kind, file, at, count }) => {
      const folder = await temporaryFolder();
      await cp(original, folder, { recursive: true });
      const { name, bytes } = files[file] as (typeof files)[number];
      const path = join(folder, "ledger", name);
      const otherDay = name.startsWith(dayOf(0)) ? dayOf(1) : dayOf(0);
      const other = join(folder, "ledger", `${otherDay}${name.slice(10)}`);
      if (kind === "cut off") await truncate(path, at % bytes.length);
      else if (kind === "deleted") await rm(path);
      else {
        await rename(path, join(folder, "spare"));
        await rename(other, path);
        await rename(join(folder, "spare"), other);
      }
      await check(folder, count).catch(assertNewer);
    }),
    { numRuns: flips },
  );
  expect(opened).toBeGreaterThan(flips / 2);
});

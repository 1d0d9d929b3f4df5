import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, bench, describe } from "vitest";
import { openLowdbStore } from "../../src/stores/lowdb.ts";
import { recordingLog } from "../stores/parts.ts";
import { programsOn } from "../stores/program.ts";
import { ledgerProgram } from "./ledger-program.ts";

// The ledger on disk: what a record costs among few and among a million, how long a start takes, and how much memory.
// Figures of this machine stand at the beginning of the report; what counts are the ratios.

const folder = await mkdtemp(join(tmpdir(), "quotabot-bench-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const start = await programsOn("src/stores/lowdb.ts");

async function run(what: string, ...args: (string | number)[]): Promise<void> {
  const program = await start(ledgerProgram, ...args.map(String));
  const figures: string[] = [];
  for (let line = await program.line(); line !== undefined; line = await program.line()) {
    const [name = "", figure = ""] = line.split("=");
    figures.push(`  ${Number(figure).toLocaleString("en-US", { maximumFractionDigits: 2 })} ${name}`);
  }
  console.log([what, ...figures].join("\n"));
}

const [day, month, small] = [join(folder, "day"), join(folder, "month"), join(folder, "small")];
await run("filling a day with 1,000,000 records", "fill", day, 1_000_000, 1);
await run("starting on it", "start", day);
await run("appending to it", "append", day, 1_000_000, 1);
await run("", "forget roll-ups", day);
await run("starting on it without roll-ups", "start", day);
await run("filling a month with 1,000,000 records", "fill", month, 1_000_000, 30);
await run("starting on it", "start", month);
await run("filling a month with 10,000 records", "fill", small, 10_000, 30);
await run("starting on it", "start", small);
for (const count of [100, 1_000, 10_000]) {
  await run("appending one record, and writing lowdb for each", "lowdb", folder, count, 1);
}

const clock = { now: () => Date.now() };
const query = { from: "2026-11-01", to: "2026-11-30", by: "model" } as const;

describe("a month by model", async () => {
  for (const [count, path] of [
    ["10,000", small],
    ["1,000,000", month],
  ] as const) {
    const store = await openLowdbStore({ folder: path, log: recordingLog(), clock });
    afterAll(() => store.close());
    bench(`over ${count} records`, async () => void (await store.ledger.usage(query)));
  }
});

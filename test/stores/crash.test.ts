import { readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import { openLowdbStore } from "../../src/stores/lowdb.ts";
import { snapshotOf } from "../store-contract.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";
import { programsOn } from "./program.ts";

const start = await programsOn("src/stores/lowdb.ts");

/** Tells what the store holds, then counts every account up, for ever, and tells each change that was acknowledged. */
const counter = `
  import { openLowdbStore } from "./stores/lowdb.js";
  const say = (...words) => process.stdout.write(words.join(" ") + "\\n");
  const log = { debug() {}, info() {}, warn() {}, error: (fields, message) => say("error", message) };
  const store = await openLowdbStore({ folder: process.argv[2], log, clock: { now: () => Date.now() } });
  const held = new Map((await store.snapshots.latest()).map((snapshot) => [snapshot.account, snapshot]));
  for (const { account, failures } of held.values()) say("held", account, failures);
  say("counting");
  async function count(account) {
    const snapshot = held.get(account) ?? { ...JSON.parse(process.argv[3]), account };
    for (let failures = snapshot.failures + 1; ; failures++) {
      await store.snapshots.replace({ ...snapshot, failures });
      say("saved", account, failures);
    }
  }
  for (const account of ["a", "b", "c"]) count(account);
`;

it("a process killed at any moment has lost nothing that it acknowledged", { timeout: 120_000 }, async () => {
  const folder = await temporaryFolder();
  const template = JSON.stringify(snapshotOf("template", { message: "long ".repeat(20_000) }));
  const acknowledged = new Map<string, number>();
  let changes = 0;

  function check(account: string, failures: number) {
    // One more than acknowledged is fine: it was on disk, and the word of it was cut off.
    const ahead = failures - (acknowledged.get(account) ?? 0);
    expect([0, 1]).toContain(ahead);
    acknowledged.set(account, failures);
  }

  for (let kill = 0; kill < 20; kill++) {
    const program = await start(counter, folder, template);
    for (let line = await program.line(); line !== "counting"; line = await program.line()) {
      const [word, account = "", failures] = (line ?? "ended").split(" ");
      expect(word, line).toBe("held");
      check(account, Number(failures));
    }
    // However slow the machine is, it is killed while it changes something.
    const first = await program.line();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
    for (const line of [first ?? "ended", ...(await program.kill())]) {
      const [word, account = "", failures] = line.split(" ");
      expect(word, line).toBe("saved");
      acknowledged.set(account, Number(failures));
      changes += 1;
    }
  }
  expect(changes).toBeGreaterThanOrEqual(20);

  const log = recordingLog();
  const store = await openLowdbStore({ folder, log, clock });
  for (const { account, failures } of await store.snapshots.latest()) check(account, failures);
  expect((await store.snapshots.latest()).length).toBe(acknowledged.size);
  await store.close();
  expect(log.lines.filter((line) => line.startsWith("error:"))).toEqual([]);
  // Between two renames only the backup is there, which then is the last good version.
  const left = (await readdir(folder)).filter((file) => !["state.json", "state.json.bak"].includes(file));
  expect(left).toEqual([]);
});

import { expect, it } from "vitest";
import { createTime, createMemoryOutbox } from "./fakes/alert-house.ts";
import { playHistory, type Plot } from "./fakes/alert-history.ts";
import { faultsOf } from "./fakes/alert-oracle.ts";
import { createRandom } from "./fakes/random.ts";

const base: Plot = { accounts: 2, days: 3, interval: 15, sweep: 30, replicas: 1, outages: false, restarts: false, weather: false, quiet: false, deletions: false, jitter: 0, glitches: false, gaps: false, moves: false, early: false };

export async function run(seed: number, rest: Partial<Plot>) {
  const plot = { ...base, ...rest };
  const outbox = createMemoryOutbox();
  const history = await playHistory(plot, { random: createRandom(seed), time: createTime(Date.parse("2026-10-23T00:00:00Z")), outboxOf: () => outbox });
  return { history, faults: faultsOf(history) };
}
const rest = JSON.parse(process.env.PLOT ?? "{}");
const from = Number(process.env.FROM ?? 1), n = Number(process.env.N ?? 50);
it("x", async () => {
  let bad = 0, tellings = 0;
  const t = Date.now();
  for (let seed = from; seed < from + n; seed++) {
    const { history, faults } = await run(seed, rest);
    tellings += history.watched.reduce((s, w) => s + w.channel.posts.length + w.channel.edits.length, 0);
    if (faults.length) { bad++; if (bad <= Number(process.env.SHOW ?? 5)) console.log(seed, faults.slice(0, 8)); }
    if (process.env.LOGS) console.log(history.log.filter(l => l.level === "error"));
  }
  console.log({ bad, n, tellings, ms: Date.now() - t });
}, 3_000_000);

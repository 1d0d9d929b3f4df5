/**
 * A program that fills a ledger and starts on it, in a process of its own, so that its memory is its own too. Prints a
 * figure per line: a name and a number.
 */
export const ledgerProgram = `
  import { readdir, rm } from "node:fs/promises";
  import { join } from "node:path";
  import { Low } from "lowdb";
  import { JSONFile } from "lowdb/node";
  import { openLowdbStore } from "./stores/lowdb.js";
  const [task, folder, count, days] = process.argv.slice(2).map((text, n) => n > 1 ? Number(text) : text);
  const say = (name, number) => process.stdout.write(name + "=" + number.toFixed(3) + "\\n");
  const log = { debug() {}, info() {}, warn: console.error, error: console.error };
  const open = (folder) => openLowdbStore({ folder, log, clock: { now: () => Date.now() } });
  const firstDay = Date.UTC(2026, 10, 1);
  let most = 0;
  const look = setInterval(seeMemory, 20);
  function seeMemory() { most = Math.max(most, process.memoryUsage.rss() / 1e6); }

  let seed = 1;
  function below(limit) {
    seed ^= seed << 13; seed ^= seed >>> 17; seed ^= seed << 5;
    return (seed >>> 0) % limit;
  }
  function recordOf(number) {
    const account = below(5);
    const day = Math.min(days - 1, Math.floor(number / count * days));
    const at = firstDay + day * 86400000 + below(86400000);
    return {
      id: "req_" + number.toString(36) + "_" + below(1e9).toString(36), at, day: new Date(at).toISOString().slice(0, 10),
      hour: Math.floor((at % 86400000) / 3600000), account: "account-" + account, provider: "provider-" + account,
      model: "model-" + account + "-" + below(3), user: "user-" + below(20), operation: "chat", requests: 1,
      tokens: { input: below(5000), output: below(900), cacheRead: below(50000), cacheWrite: 0, reasoning: below(100) },
      audioMs: 0, billing: "paid", costBasis: "priced", costMicros: below(100000), durationMs: below(30000),
      outcome: below(50) === 0 ? "timeout" : "ok", source: "otlp",
    };
  }
  const batch = (from, size = 1000) => Array.from({ length: size }, (_, n) => recordOf(from + n));
  const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
  async function timed(work) {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  }
  async function median20(work) {
    const all = [];
    for (let n = 0; n < 20; n++) all.push(await work(n));
    return median(all);
  }
  async function appendTo(ledger, from) {
    const records = batch(from);
    return await timed(() => ledger.append(records));
  }

  if (task === "fill") {
    const store = await open(folder);
    let slowest = 0;
    const took = await timed(async () => {
      for (let n = 0; n < count; n += 1000) {
        const records = batch(n);
        slowest = Math.max(slowest, await timed(() => store.ledger.append(records)));
      }
    });
    say("records per second", count / took * 1000);
    say("ms for the slowest 1,000", slowest);
    await store.close();
  }
  if (task === "append") {
    const few = async (n) => {
      const store = await open(folder + "-few-" + n);
      await store.ledger.append(batch(0, 10));
      const took = await appendTo(store.ledger, 10);
      await store.close();
      return took;
    };
    await median20((n) => few("warm-" + n));
    const store = await open(folder);
    // In turns, so that whatever else the machine does slows down both.
    const many = [];
    const amongFew = await median20(async (n) => {
      many.push(await appendTo(store.ledger, count + n * 1000));
      return await few(n);
    });
    const amongMany = median(many);
    say("ms for 1,000 among 10", amongFew);
    say("ms for 1,000 among " + count, amongMany);
    say("times as long", amongMany / amongFew);
    await store.close();
  }
  if (task === "start") {
    let store;
    say("ms to start", await timed(async () => { store = await open(folder); }));
    const month = { from: "2026-11-01", to: "2026-11-30", by: "model" };
    say("ms of the first month by model", await timed(() => store.ledger.usage(month)));
    say("ms of a month by model", await median20(() => timed(() => store.ledger.usage(month))));
    const spent = () => store.ledger.spent("account-1", firstDay, firstDay + 31 * 86400000);
    say("ms of what an account spent in a month", await median20(() => timed(spent)));
    await store.close();
  }
  if (task === "forget roll-ups") {
    for (const name of await readdir(join(folder, "ledger"))) {
      if (!name.endsWith(".jsonl")) await rm(join(folder, "ledger", name));
    }
  }
  if (task === "lowdb") {
    const low = new Low(new JSONFile(join(folder, "records.json")), batch(0, count));
    say("ms per record among " + count, await median20((n) => timed(() => low.update((all) => all.push(recordOf(count + n))))));
    const store = await open(join(folder, "ledger-of-" + count));
    await store.ledger.append(batch(0, count));
    say("ms per record in the ledger", await median20((n) => timed(() => store.ledger.append([recordOf(count + n)]))));
    await store.close();
  }
  clearInterval(look);
  seeMemory();
  say("MB of memory at most", most);
`;

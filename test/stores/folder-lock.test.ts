import { readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type FolderLockOptions, lockFolder, readLock } from "../../src/stores/folder-lock.ts";
import { clock, temporaryFolder } from "./parts.ts";
import { programsOn } from "./program.ts";

const start = await programsOn("src/stores/folder-lock.ts");

/** Locks the folder once told to, says "locked" or why not, and stays. */
const locker = `
  import { once } from "node:events";
  import { lockFolder } from "./stores/folder-lock.js";
  console.log("ready");
  await once(process.stdin, "data");
  try {
    await lockFolder({ folder: process.argv[2], clock: { now: () => Date.now() } });
    console.log("locked");
  } catch (error) {
    console.log(error.code + ": " + error.message);
  }
`;

async function startLocker(folder: string) {
  const program = await start(locker, folder);
  expect(await program.line()).toBe("ready");
  return program;
}

async function lock(folder: string, options: Partial<FolderLockOptions> = {}) {
  const held = await lockFolder({ folder, clock, ...options });
  onTestFinished(() => held.release());
  return held;
}

/** Locks the folder, lets go of it, and leaves the lock file as the given holder would have. */
async function leaveLock(folder: string, change: object, secondsAgo = 0) {
  const path = join(folder, "quotabot.lock");
  const held = await lockFolder({ folder, clock });
  const text = await readFile(path, "utf8");
  await held.release();
  await writeFile(path, JSON.stringify({ ...JSON.parse(text), id: "left", ...change }));
  const seen = Date.now() / 1000 - secondsAgo;
  await utimes(path, seen, seen);
}

/** The pid of a process that is dead. */
const deadPid = await (async () => {
  const program = await start("");
  await program.kill();
  return program.pid;
})();

const refused = expect.objectContaining({ code: "store_locked" });

describe("the lock of a folder", () => {
  it("is a file for the owner only that tells who holds the folder since when", async () => {
    const folder = await temporaryFolder();
    await lock(folder, { clock: { now: () => Date.UTC(2026, 10, 22) } });
    const path = join(folder, "quotabot.lock");
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({
      pid: process.pid,
      host: hostname(),
      startedAt: "2026-11-22T00:00:00.000Z",
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("keeps another process out, naming the holder and what to do", async () => {
    const folder = await temporaryFolder();
    const holder = await startLocker(folder);
    holder.say("go");
    expect(await holder.line()).toBe("locked");
    const since = (await readLock(folder, clock))?.startedAt;
    await expect(lock(folder)).rejects.toMatchObject({
      code: "store_locked",
      message:
        `Another quotabot uses ${folder}: process ${holder.pid} on ${hostname()}, since ${since}. ` +
        "Stop it first, or set another dataDir. If it is gone already, try again in half a minute.",
    });
  });

  it("keeps the same process out as well", async () => {
    const folder = await temporaryFolder();
    await lock(folder);
    await expect(lock(folder)).rejects.toEqual(refused);
  });

  it("is free again after a release, and leaves nothing behind", async () => {
    const folder = await temporaryFolder();
    const first = await lock(folder);
    await first.release();
    await first.release();
    expect(await readdir(folder)).toEqual([]);
    await lock(folder);
  });

  it("is taken over at once from a process that was killed", async () => {
    const folder = await temporaryFolder();
    const holder = await startLocker(folder);
    holder.say("go");
    expect(await holder.line()).toBe("locked");
    await holder.kill();
    expect(await readLock(folder, clock)).toBeUndefined();
    await lock(folder);
    expect((await readLock(folder, clock))?.pid).toBe(process.pid);
    expect(await readdir(folder)).toEqual(["quotabot.lock"]);
  });

  it.each([
    ["another host that has been silent for 31 seconds", { host: "elsewhere" }, 31],
    ["another container that has been silent for 31 seconds", { pidSpace: "pid:[1]" }, 31],
    ["a system that tells no start times, silent for 31 seconds", { processStart: undefined }, 31],
  ])("is taken over from %s", async (_who, holder, silence) => {
    const folder = await temporaryFolder();
    await leaveLock(folder, holder, silence);
    expect(await readLock(folder, clock)).toBeUndefined();
    await lock(folder);
    expect(await readdir(folder)).toEqual(["quotabot.lock"]);
  });

  it.each([
    ["another host heard of 25 seconds ago", { host: "elsewhere", pid: 999_999_999 }, 25],
    ["another container heard of 25 seconds ago", { pidSpace: "pid:[1]", pid: 999_999_999 }, 25],
    ["another host whose clock is ahead", { host: "elsewhere" }, -600],
    ["a system that tells no start times, heard of just now", { processStart: undefined }, 0],
  ])("is not taken from %s", async (_who, holder, silence) => {
    const folder = await temporaryFolder();
    await leaveLock(folder, holder, silence);
    expect((await readLock(folder, clock))?.id).toBe("left");
    await expect(lock(folder)).rejects.toEqual(refused);
  });

  describe.runIf(process.platform === "linux")("where the system tells when a process started", () => {
    it("is taken over from an earlier process of the same pid, as in a container that started again", async () => {
      const folder = await temporaryFolder();
      await leaveLock(folder, { processStart: "earlier" });
      await lock(folder);
    });

    it("is not taken from a running process that has been silent for an hour, as after a suspend", async () => {
      const folder = await temporaryFolder();
      await leaveLock(folder, {}, 3600);
      await expect(lock(folder)).rejects.toEqual(refused);
    });
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"id":"a","pid":'],
    ["of another shape", '{"pid":-1}'],
  ])("whose file is %s is somebody just starting, or after half a minute nobody", async (_how, content) => {
    const folder = await temporaryFolder();
    const path = join(folder, "quotabot.lock");
    await writeFile(path, content);
    await expect(lock(folder)).rejects.toMatchObject({
      code: "store_locked",
      message: expect.stringContaining("just starting"),
    });
    const seen = Date.now() / 1000 - 31;
    await utimes(path, seen, seen);
    await lock(folder);
  });

  it("is taken over although processes died while they took it over", async () => {
    const folder = await temporaryFolder();
    await leaveLock(folder, { pid: deadPid });
    const left = JSON.parse(await readFile(join(folder, "quotabot.lock"), "utf8"));
    await writeFile(join(folder, "quotabot.lock.after-left"), JSON.stringify({ ...left, id: "second" }));
    await writeFile(join(folder, "quotabot.lock.after-second"), JSON.stringify({ ...left, id: "third" }));
    await lock(folder);
    expect(await readdir(folder)).toEqual(["quotabot.lock"]);
  });

  it("gives signs of life", async () => {
    const folder = await temporaryFolder();
    const later = Date.UTC(2100, 0, 1);
    await lock(folder, { clock: { now: () => later }, heartbeat: 1 });
    await expect
      .poll(async () => (await stat(join(folder, "quotabot.lock"))).mtimeMs, { interval: 5 })
      .toBe(later);
  });

  it("gives no sign of life in the name of another, and does not remove that one's lock", async () => {
    const folder = await temporaryFolder();
    const held = await lock(folder, { heartbeat: 1 });
    const path = join(folder, "quotabot.lock");
    await writeFile(path, "somebody else");
    await utimes(path, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await held.release();
    expect((await stat(path)).mtimeMs).toBe(1000);
  });

  it("is put back when somebody removed its file", async () => {
    const folder = await temporaryFolder();
    const held = await lock(folder);
    await rm(join(folder, "quotabot.lock"));
    await held.check();
    await expect(lock(folder)).rejects.toEqual(refused);
  });

  it("is told to be lost when another process holds it by now", async () => {
    const folder = await temporaryFolder();
    const held = await lock(folder);
    await held.check();
    const path = join(folder, "quotabot.lock");
    const mine = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...mine, id: "other" }));
    await expect(held.check()).rejects.toEqual(refused);
  });

  it("tells of no holder where there is no lock", async () => {
    expect(await readLock(await temporaryFolder(), clock)).toBeUndefined();
  });

  it("cannot be had in a folder that does not exist", async () => {
    const folder = join(await temporaryFolder(), "none");
    await expect(lock(folder)).rejects.toMatchObject({ code: "store_unavailable" });
  });
});

describe("of several that want the lock at once", () => {
  const free = async () => {};
  const dead = async (folder: string) => leaveLock(folder, { pid: deadPid });
  const deadTwice = async (folder: string) => {
    await dead(folder);
    const left = JSON.parse(await readFile(join(folder, "quotabot.lock"), "utf8"));
    await writeFile(join(folder, "quotabot.lock.after-left"), JSON.stringify({ ...left, id: "second" }));
  };

  it.each([
    ["the folder is free", free],
    ["the holder is dead", dead],
    ["the holder and one that took over are dead", deadTwice],
  ])("exactly one gets it when %s", async (_when, prepare) => {
    for (let round = 0; round < 30; round++) {
      const folder = await temporaryFolder();
      await prepare(folder);
      const tries = await Promise.allSettled(Array.from({ length: 10 }, () => lock(folder)));
      expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
      for (const one of tries) if (one.status === "rejected") expect(one.reason).toEqual(refused);
      expect(await readdir(folder)).toEqual(["quotabot.lock"]);
    }
  });

  it("exactly one process gets it, from a dead holder too", async () => {
    const folder = await temporaryFolder();
    await dead(folder);
    for (let round = 0; round < 3; round++) {
      const lockers = await Promise.all(Array.from({ length: 4 }, () => startLocker(folder)));
      for (const one of lockers) one.say("go");
      const answers = await Promise.all(lockers.map((one) => one.line()));
      expect(answers.filter((answer) => answer === "locked")).toHaveLength(1);
      expect(answers.filter((answer) => answer?.startsWith("store_locked: "))).toHaveLength(3);
      for (const one of lockers) await one.kill();
    }
  });
});

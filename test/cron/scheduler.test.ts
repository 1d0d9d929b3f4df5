import { describe, it, type TestContext } from "vitest";
import { createScheduler, type Job } from "../../src/cron/scheduler.ts";
import { createKeptLog } from "../fakes/core.ts";
import { createGate } from "../fakes/gate.ts";

const soon = { timeout: 10_000 };

/** A scheduler with one job of every second, which does this, and how often it has begun. */
function setUp({ onTestFinished }: TestContext, run: () => Promise<void>, rest: Partial<Job> = {}) {
  const log = createKeptLog();
  let begun = 0;
  const counted = () => {
    begun += 1;
    return run();
  };
  const scheduler = createScheduler({
    jobs: [{ name: "read", schedule: "* * * * * *", ...rest, run: counted }],
    log,
    clock: { now: () => Date.now() },
  });
  onTestFinished(() => scheduler.stop());
  scheduler.start();
  return { log, begun: () => begun, stop: scheduler.stop, jobs: scheduler.jobs };
}

describe.concurrent("the scheduler", { timeout: 30_000 }, () => {
  it("runs a job by the clock, and never begins it while it is still going", async (test) => {
    const { expect } = test;
    const { opened, open } = createGate();
    const slow = setUp(test, () => opened);
    const quick = setUp(test, async () => {});
    await expect.poll(slow.begun, soon).toBe(1);
    const seen = quick.begun();
    await expect.poll(quick.begun, soon).toBeGreaterThan(seen + 1);
    expect(slow.begun()).toBe(1);
    // What the timer says of it goes to our log, not to the console.
    const said = { level: "debug", fields: { job: "read" }, message: expect.stringContaining("overlap") };
    await expect.poll(() => slow.log.lines, soon).toContainEqual(said);
    open();
    await expect.poll(slow.begun, soon).toBeGreaterThan(1);
  });

  it("says so when a job fails, and runs it again", async (test) => {
    const { expect } = test;
    const { log, begun } = setUp(test, () => {
      throw new Error("Something is broken.");
    });
    await expect.poll(begun, soon).toBeGreaterThan(1);
    expect(log.lines).toContainEqual({
      level: "error",
      fields: { job: "read", error: expect.any(Error) },
      message: "A scheduled job failed.",
    });
  });

  it("waits for what is under way when it is stopped", async (test) => {
    const { expect } = test;
    const { opened, open } = createGate();
    let ended = false;
    const { begun, stop } = setUp(test, async () => {
      await opened;
      ended = true;
    });
    await expect.poll(begun, soon).toBe(1);
    const stopped = stop().then(() => ended);
    open();
    expect(await stopped).toBe(true);
  });

  it("tells when a job has to start, or by when it has to end while it is under way", async (test) => {
    const { expect } = test;
    const { opened, open } = createGate();
    const before = Date.now();
    const { jobs, begun, stop } = setUp(test, () => opened, { longest: 60_000, jitter: 100 });
    const [waiting] = jobs();
    expect(waiting).toMatchObject({ name: "read" });
    expect(waiting?.dueAt).toBeGreaterThan(before);
    await expect.poll(begun, soon).toBe(1);
    expect(jobs()).toEqual([{ name: "read", endsBy: expect.any(Number) }]);
    expect(jobs()[0]?.endsBy).toBeGreaterThan(before + 60_000);
    open();
    // Every run moves it on.
    await expect.poll(() => jobs()[0]?.dueAt ?? 0, soon).toBeGreaterThan((waiting?.dueAt ?? 0) + 1_000);
    await stop();
    expect(jobs().flatMap(({ dueAt, endsBy }) => dueAt ?? endsBy ?? [])).toEqual([]);
  });

  it("runs a job, too, that is to start a little late by chance", async (test) => {
    const { expect } = test;
    const { begun } = setUp(test, async () => {}, { jitter: 300 });
    await expect.poll(begun, soon).toBeGreaterThan(0);
  });

  it("runs each job once, at once, when the machine comes back from sleep, and goes by the new time", async ({
    expect,
    onTestFinished,
  }) => {
    const log = createKeptLog();
    let away = 0;
    let begun = 0;
    const run = async () => {
      begun += 1;
    };
    const clock = { now: () => Date.now() + away };
    // Not due within this test.
    const schedule = `0 0 ${(new Date().getUTCHours() + 12) % 24} * * *`;
    const scheduler = createScheduler({ jobs: [{ name: "digest", schedule, run }], log, clock });
    onTestFinished(() => scheduler.stop());
    scheduler.start();
    expect(begun).toBe(0);
    away = 7 * 86_400_000;
    await expect.poll(() => begun, soon).toBe(1);
    expect(log.lines).toEqual([
      { level: "info", fields: { seconds: expect.any(Number) }, message: expect.stringContaining("jumped") },
    ]);
    expect(scheduler.jobs()).toEqual([{ name: "digest", dueAt: expect.any(Number) }]);
  });
});

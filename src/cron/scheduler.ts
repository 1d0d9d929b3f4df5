import cron from "node-cron";
import type { Clock, Log } from "../core/ports.ts";
import type { JobState } from "../core/services/health-judgement.ts";

/** Work that the clock starts. */
export interface Job {
  name: string;
  /** A cron expression of five or six fields. */
  schedule: string;
  /** Each run starts up to so many milliseconds late, at random, so that several processes do not go in lockstep. */
  jitter?: number | undefined;
  /** Milliseconds that a run may take before somebody should look; 10 minutes unless told otherwise. */
  longest?: number | undefined;
  run(): Promise<unknown>;
}

export interface Scheduler {
  start(): void;
  /** Starts nothing more and waits for work under way. */
  stop(): Promise<void>;
  /** How the jobs stand: one whose instant has passed is late. */
  jobs(): readonly JobState[];
}

const usuallyLongest = 10 * 60_000;

/** So often it is looked whether the clock has jumped, and so far a jump goes, in milliseconds. */
const lookEvery = 1_000;
const jump = 60_000;

/**
 * Runs jobs by the clock; a run that is still going when the next is due is not started again. After a sleep of the machine,
 * or when its clock was set, each job runs once at once, and then goes by the new time.
 */
export function createScheduler(options: { jobs: readonly Job[]; log: Log; clock: Clock }): Scheduler {
  const { log, clock } = options;
  const underWay = new Map<string, Promise<unknown>>();
  const states = new Map<string, JobState>();
  let timers: Timer[] = [];
  let watch: NodeJS.Timeout | undefined;

  interface Timer {
    job: Job;
    /** Notes when it is to run next. */
    wait(): void;
    destroy(): unknown;
  }

  function arm(job: Job): Timer {
    const task = cron.createTask(job.schedule, () => track(job).finally(wait), {
      name: job.name,
      noOverlap: true,
      maxRandomDelay: job.jitter ?? 0,
      logger: quietly(log, job.name),
    });
    /** Takes down when it is to run next; a run that the timer leaves out does not move that. */
    function wait(): void {
      if (underWay.has(job.name)) return;
      const next = task.getNextRun()?.getTime();
      const dueAt = next === undefined ? undefined : next + (job.jitter ?? 0);
      states.set(job.name, { name: job.name, dueAt });
    }
    task.start();
    wait();
    return { job, wait, destroy: () => task.destroy() };
  }

  /** The run that is under way, or a new one. */
  function track(job: Job): Promise<unknown> {
    const going = underWay.get(job.name);
    if (going !== undefined) return going;
    states.set(job.name, { name: job.name, endsBy: clock.now() + (job.longest ?? usuallyLongest) });
    const run = Promise.resolve()
      .then(() => job.run())
      .catch((error) => log.error({ job: job.name, error }, "A scheduled job failed."))
      .finally(() => underWay.delete(job.name));
    underWay.set(job.name, run);
    return run;
  }

  /** The timers would catch up tick by tick with what they have missed, or wait for a time that is far off now. */
  function setAnew(jumped: number): void {
    log.info(
      { seconds: Math.round(jumped / 1000) },
      "The clock has jumped: all that may be due is done now.",
    );
    for (const timer of timers) timer.destroy();
    timers = timers.map(({ job }) => arm(job));
    for (const { job, wait } of timers) void track(job).finally(wait);
  }

  return {
    start() {
      timers = options.jobs.map(arm);
      let last = clock.now();
      watch = setInterval(() => {
        const now = clock.now();
        const jumped = now - last - lookEvery;
        last = now;
        if (Math.abs(jumped) > jump) setAnew(jumped);
      }, lookEvery).unref();
    },
    async stop() {
      clearInterval(watch);
      await Promise.all(timers.map((timer) => timer.destroy()));
      await Promise.all(underWay.values());
      states.clear();
    },
    jobs: () => [...states.values()],
  };
}

/** What node-cron says of runs that were left out or missed is nothing to worry about: the next one makes up for them. */
function quietly(log: Log, job: string) {
  const say = (words: string | Error) => log.debug({ job }, words instanceof Error ? words.message : words);
  return { info: say, warn: say, error: say, debug: say };
}

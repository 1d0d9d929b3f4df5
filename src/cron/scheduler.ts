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

/** Runs jobs by the clock; a run that is still going when the next is due is not started again. */
export function createScheduler(options: { jobs: readonly Job[]; log: Log; clock: Clock }): Scheduler {
  const { log, clock } = options;
  const underWay = new Set<Promise<unknown>>();
  const states = new Map<string, JobState>();
  const tasks = options.jobs.map((job) => {
    const task = cron.createTask(job.schedule, () => track(job).finally(wait), {
      name: job.name,
      noOverlap: true,
      maxRandomDelay: job.jitter ?? 0,
      logger: quietly(log, job.name),
    });
    /** Takes down when it is to run next; a run that the timer leaves out does not move that. */
    function wait(): void {
      const next = task.getNextRun()?.getTime();
      const dueAt = next === undefined ? undefined : next + (job.jitter ?? 0);
      states.set(job.name, { name: job.name, dueAt });
    }
    return { task, wait };
  });

  function track(job: Job): Promise<unknown> {
    states.set(job.name, { name: job.name, endsBy: clock.now() + (job.longest ?? usuallyLongest) });
    const run = Promise.resolve()
      .then(() => job.run())
      .catch((error) => log.error({ job: job.name, error }, "A scheduled job failed."));
    underWay.add(run);
    return run.finally(() => underWay.delete(run));
  }

  return {
    start() {
      for (const { task, wait } of tasks) {
        task.start();
        wait();
      }
    },
    async stop() {
      await Promise.all(tasks.map(({ task }) => task.destroy()));
      await Promise.all(underWay);
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

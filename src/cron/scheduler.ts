import cron from "node-cron";
import type { Log } from "../core/ports.ts";

/** Work that the clock starts. */
export interface Job {
  name: string;
  /** A cron expression of five or six fields. */
  schedule: string;
  /** Each run starts up to so many milliseconds late, at random, so that several processes do not go in lockstep. */
  jitter?: number | undefined;
  run(): Promise<unknown>;
}

export interface Scheduler {
  start(): void;
  /** Starts nothing more and waits for work under way. */
  stop(): Promise<void>;
}

/** Runs jobs by the clock; a run that is still going when the next is due is not started again. */
export function createScheduler(options: { jobs: readonly Job[]; log: Log }): Scheduler {
  const { log } = options;
  const underWay = new Set<Promise<unknown>>();
  const tasks = options.jobs.map((job) =>
    cron.createTask(job.schedule, () => track(job), {
      name: job.name,
      noOverlap: true,
      maxRandomDelay: job.jitter ?? 0,
      logger: quietly(log, job.name),
    }),
  );

  function track(job: Job): Promise<unknown> {
    const run = Promise.resolve()
      .then(() => job.run())
      .catch((error) => log.error({ job: job.name, error }, "A scheduled job failed."));
    underWay.add(run);
    return run.finally(() => underWay.delete(run));
  }

  return {
    start() {
      for (const task of tasks) task.start();
    },
    async stop() {
      await Promise.all(tasks.map((task) => task.destroy()));
      await Promise.all(underWay);
    },
  };
}

/** What node-cron says of runs that were left out or missed is nothing to worry about: the next one makes up for them. */
function quietly(log: Log, job: string) {
  const say = (words: string | Error) => log.debug({ job }, words instanceof Error ? words.message : words);
  return { info: say, warn: say, error: say, debug: say };
}

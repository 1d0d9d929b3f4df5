import cron from "node-cron";
import type { Log } from "../core/ports.ts";

/** Work that the clock starts. */
export interface Job {
  name: string;
  /** A cron expression of five or six fields. */
  schedule: string;
  run(): Promise<void>;
}

export interface Scheduler {
  start(): void;
  /** Starts nothing more and waits for work under way. */
  stop(): Promise<void>;
}

/** Runs jobs by the clock; a run that is still going when the next is due is not started again. */
export function createScheduler(options: { jobs: readonly Job[]; log: Log }): Scheduler {
  const underWay = new Set<Promise<void>>();
  const tasks = options.jobs.map((job) =>
    cron.createTask(job.schedule, () => track(job), { name: job.name, noOverlap: true }),
  );

  function track(job: Job): Promise<void> {
    const run = job
      .run()
      .catch((error) => options.log.error({ job: job.name, error }, "A scheduled job failed."));
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

import type { Clock, Log, Store } from "../core/ports.ts";
import { type AlertRule, createRaiseAlerts } from "../core/services/raise-alerts.ts";
import { createSendDigests, type DigestPlan } from "../core/services/send-digest.ts";
import { createScheduler } from "../cron/scheduler.ts";
import type { createCore } from "./core.ts";

/** What the clock starts: reading what is due, telling what follows from it, and the digests. */
export function createClockwork(
  options: ReturnType<typeof createCore> & {
    clock: Clock;
    log: Log;
    settings: Store["settings"];
    timezone: string;
    rules: readonly AlertRule[];
    plans: readonly DigestPlan[];
    everySeconds: number;
  },
) {
  const { accounts, readQuotas, log } = options;
  const alerts = createRaiseAlerts(options);
  const digests = createSendDigests(options);
  readQuotas.onRead((snapshot, previous) => void alerts.afterRead(snapshot, previous));
  const scheduler = createScheduler({
    log,
    jobs: [
      {
        name: "read and tell",
        schedule: `*/${options.everySeconds} * * * * *`,
        async run() {
          await readQuotas.read(accounts, "due");
          await digests.sendDue();
        },
      },
    ],
  });
  return {
    start: scheduler.start,
    /** Starts nothing more, and waits for what is under way: reads have to be stopped first. */
    async stop() {
      await scheduler.stop();
      await alerts.settled();
    },
  };
}

import { addDays } from "../core/domain/day.ts";
import type { UsageRecord } from "../core/domain/usage.ts";
import type { Clock, Log, Store } from "../core/ports.ts";
import { createSendDigests, type DigestPlan } from "../core/services/send-digest.ts";
import { createScheduler } from "../cron/scheduler.ts";
import type { createAlerts } from "./alerts.ts";
import type { createCore } from "./core.ts";

/** What the clock starts: reading what is due, telling what follows from it, the digests, and tidying up. */
export function createClockwork(
  options: ReturnType<typeof createCore> &
    ReturnType<typeof createAlerts> & {
      clock: Clock;
      log: Log;
      store: Store;
      timezone: string;
      plans: readonly DigestPlan[];
      /** Milliseconds that usage records are kept. */
      keepRecords: number;
      everySeconds: number;
    },
) {
  const { accounts, readQuotas, windowUse, trails, raise, tell, store, clock, log } = options;
  const digests = createSendDigests({ ...options, settings: store.settings });
  const counted = accounts.filter(({ windows = [] }) => windows.length > 0).map(({ id }) => id);
  readQuotas.onRead(({ account }) => void trails.keep([account]).then(() => raise.look(account)));
  windowUse.onChange((account) => void raise.look(account));
  let moneyMoved = false;

  const every = `*/${options.everySeconds} * * * * *`;
  const scheduler = createScheduler({
    log,
    jobs: [
      { name: "read", schedule: every, run: async () => void (await readQuotas.read(accounts, "due")) },
      {
        name: "sweep",
        schedule: every,
        async run() {
          await windowUse.refresh();
          await trails.keep(counted);
          await raise.sweep();
          await tell.sweep();
        },
      },
      { name: "digest", schedule: every, run: digests.sendDue },
      {
        name: "tidy up",
        schedule: "17 3 * * *",
        async run() {
          const kept = Math.ceil(options.keepRecords / 86_400_000);
          await store.ledger.prune(addDays(options.today(), -kept));
          await store.history.thin(clock.now());
          await store.outbox.prune(clock.now() - 60 * 86_400_000);
        },
      },
    ],
  });
  return {
    start() {
      scheduler.start();
      void windowUse.refresh();
      void trails.load(accounts);
    },
    /** Takes note of records that have come into the ledger. */
    recorded(records: readonly UsageRecord[]) {
      windowUse.recorded(records);
      // However many come, money is looked at once in a moment.
      if (moneyMoved) return;
      moneyMoved = true;
      setTimeout(() => {
        moneyMoved = false;
        void raise.lookAtMoney();
      }, 300).unref();
    },
    /** Starts nothing more, and waits for what is under way: reads have to be stopped first. */
    async stop() {
      await scheduler.stop();
      await raise.settled();
      await tell.stop();
    },
  };
}

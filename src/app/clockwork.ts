import { createCalendar } from "../core/domain/calendar.ts";
import { addDays } from "../core/domain/day.ts";
import type { UsageRecord } from "../core/domain/usage.ts";
import type { Clock } from "../core/ports.ts";
import type { EventFeed } from "../core/services/event-feed.ts";
import type { SendDigests } from "../core/services/send-digest.ts";
import { createTicks } from "../core/services/ticks.ts";
import { createScheduler } from "../cron/scheduler.ts";
import type { createAlerts } from "./alerts.ts";
import type { Core } from "./core.ts";

/** Days for which it is remembered what channels were told of. */
const alertsKept = 14;

/** What the clock starts: reading what is due, telling what follows from it, the digests, and tidying up. */
export function createClockwork(
  options: Core &
    ReturnType<typeof createAlerts> & {
      digests: SendDigests;
      feed?: Pick<EventFeed, "changed" | "look" | "recorded"> | undefined;
      routing: { sweep(): Promise<void> };
      /** Milliseconds that usage records are kept. */
      keepRecords: number;
      everySeconds: number;
      /** The machine's own, by which timers go. */
      wallClock: Clock;
      /** Whether other processes work on the same data. */
      shared: boolean;
    },
) {
  const { accounts, readQuotas, windowUse, trails, routeModes, store, clock, shared } = options;
  const { raise, tell, reminders, feed } = options;
  const calendar = createCalendar(options.timezone);
  const ticks = createTicks({ settings: store.settings, clock, calendar, shared });
  const counted = accounts.filter(({ windows = [] }) => windows.length > 0).map(({ id }) => id);

  async function look(account: string): Promise<void> {
    await Promise.all([raise.look(account), reminders.look(account)]);
  }
  async function changed(account: string): Promise<void> {
    await trails.keep([account]);
    feed?.changed(account);
    await look(account);
  }
  readQuotas.onRead(({ account }) => void changed(account));
  windowUse.onChange((account) => void changed(account));
  // Routes follow money by the same numbers that are told, so that both come at once.
  raise.onMoney(async ({ budgets }) => {
    await routeModes.update(budgets);
    await options.routing.sweep();
  });
  let moneyMoved = false;

  /** What other processes have read counts here as well. */
  async function catchUp(): Promise<void> {
    if (shared) await readQuotas.restore();
  }

  const interval = options.everySeconds * 1000;
  const schedule = `*/${options.everySeconds} * * * * *`;
  const jitter = shared ? 5_000 : 0;
  const scheduler = createScheduler({
    ...{ log: options.log, clock: options.wallClock },
    jobs: [
      {
        name: "read",
        ...{ schedule, jitter },
        // A thousand accounts that all hang take twenty minutes.
        longest: 30 * 60_000,
        run: () =>
          ticks.every("read", interval, async () => {
            await catchUp();
            await readQuotas.read(accounts, "due");
          }),
      },
      {
        name: "sweep",
        ...{ schedule, jitter },
        async run() {
          await catchUp();
          await windowUse.refresh();
          await trails.keep(counted);
          await ticks.every("sweep", interval, async () => {
            await raise.sweep();
            await reminders.sweep();
          });
          await options.routing.sweep();
          await tell.sweep();
          feed?.look();
        },
      },
      {
        name: "digest",
        ...{ schedule, jitter },
        async run() {
          await catchUp();
          await options.digests.sendDue();
        },
      },
      {
        name: "tidy up",
        ...{ schedule, jitter },
        run: () =>
          ticks.daily("tidy up", "03:17", async () => {
            const kept = Math.ceil(options.keepRecords / 86_400_000);
            await store.ledger.prune(addDays(options.today(), -kept));
            await store.history.thin(clock.now());
            await store.outbox.prune(clock.now() - alertsKept * 86_400_000);
          }),
      },
    ],
  });
  return {
    jobs: scheduler.jobs,
    start() {
      scheduler.start();
      void windowUse.refresh();
      void trails.load(accounts);
      void options.routing.sweep();
      void options.digests.note();
    },
    /** Takes note of records that have come into the ledger. */
    recorded(records: readonly UsageRecord[]) {
      feed?.recorded(records);
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
      await Promise.all([raise.settled(), reminders.settled()]);
      await tell.stop();
    },
  };
}

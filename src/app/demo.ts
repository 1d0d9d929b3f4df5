import type { Commands } from "../core/commands/command.ts";
import { count } from "../core/messages/format.ts";
import type { Channel } from "../core/ports.ts";
import { createRecordUsage } from "../core/services/record-usage.ts";
import { createDemoClock, demoPace } from "../demo/clock.ts";
import { markedAnswer, markedDemo } from "../demo/label.ts";
import {
  createRecordedDispatcher,
  loadRecordings,
  recordedAccounts,
  recordedAt,
} from "../demo/recordings.ts";
import { demoUsage } from "../demo/usage.ts";
import { createMemoryStore } from "../stores/memory.ts";
import { createTerminalChat } from "../terminal/chat.ts";
import { createBooks, createRoutes } from "./agents.ts";
import { createAlerts } from "./alerts.ts";
import { testChannels } from "./channels.ts";
import { createClockwork } from "./clockwork.ts";
import { createAllCommands } from "./commands.ts";
import { createAccountReader, createCore, type Machine } from "./core.ts";
import { createDigestParts, createDigestSender } from "./digest.ts";
import { type App, createApp } from "./lifecycle.ts";
import { createMoney } from "./money.ts";

/** The bot on recorded answers: a clock that runs fast, a memory that forgets, and no way out of the machine. */
export function createDemo(machine: Machine): App {
  return createApp(machine.log, async (cleanup) => {
    const clock = createDemoClock(recordedAt, machine.clock);
    const recordings = loadRecordings();
    const dispatcher = createRecordedDispatcher(recordings, clock);
    cleanup.push(() => dispatcher.close());
    const accounts = recordedAccounts(recordings, machine.providers);
    const store = createMemoryStore();
    const demo = { ...machine, clock, dispatcher };
    const reader = createAccountReader({ dataDir: "", environment: {} }, demo);
    const timezone = "UTC";
    const core = createCore({
      ...demo,
      accounts,
      timezone,
      sharedPools: "auto",
      budgets: [{ id: "monthly", period: "month", usd: 5, at: [80, 100] }],
      reader,
      store,
    });
    const channelOf = (id: string): Channel | undefined =>
      id === chat.channel.id
        ? { ...chat.channel, post: (message) => chat.channel.post(markedDemo(message)) }
        : undefined;
    const all = { ...core, ...demo, ...createMoney({ billing: {}, prices: [] }, machine), channelOf };
    const rules = [{ channels: ["terminal"], accounts: ["*"], at: [80, 90, 100], resets: true }];
    const anomaly = { factor: 2, minimumUsd: 1, minimumDays: 3 };
    const alerts = createAlerts({
      ...all,
      settings: { rules, anomaly, postsPerHour: 1_000, quietHours: [] },
    });
    const plan = {
      channel: "terminal",
      at: "04:00",
      days: ["sun", "mon"],
      period: "day",
      skipEmpty: false,
    } as const;
    const digests = createDigestParts({ ...all, plans: [plan], channels: ["terminal"] });
    const routing = createRoutes({ combos: {} }, all);
    const channels = testChannels(["terminal"], channelOf);
    const answers = createAllCommands({
      ...all,
      ...alerts,
      ...digests,
      routing,
      channels,
      books: createBooks(core),
    });
    const commands: Commands = { ...answers, answer: (...call) => markedAnswer(answers.answer(...call)) };
    const chat = createTerminalChat({ ...demo, commands, timezone });
    cleanup.push(async () => chat.close());
    const usage = createRecordUsage({
      ...all,
      ledger: store.ledger,
      billingOf: all.billing,
      services: () => [],
      nameUser: (user) => user,
      hash: (text) => text,
      uniqueId: () => "",
    });
    await usage.record(demoUsage(recordedAt), { key: "demo" });
    const clockwork = createClockwork({
      ...{ ...all, ...alerts, routing },
      digests: createDigestSender({ ...all, ...digests }),
      keepRecords: 35 * 86_400_000,
      everySeconds: 1,
      wallClock: machine.clock,
      shared: false,
    });
    cleanup.push(() => clockwork.stop(), core.readQuotas.stop);
    clockwork.start();
    const greeting =
      `DEMO: ${count(accounts.length, "account")} with recorded answers; nothing is sent anywhere. The clock starts at the ` +
      `recordings and runs ${demoPace} times as fast: alerts, a reset and a digest come within two minutes.\n` +
      "Type /quota, or /quota help for what you can ask, or exit. To watch your own accounts: npm run --silent quotabot -- init";
    return { finished: chat.run(greeting) };
  });
}

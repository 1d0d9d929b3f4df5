import type { Commands } from "../core/commands/command.ts";
import { count } from "../core/messages/format.ts";
import type { Channel } from "../core/ports.ts";
import { createDemoClock, demoPace } from "../demo/clock.ts";
import { markedAnswer, markedDemo } from "../demo/label.ts";
import {
  createRecordedDispatcher,
  loadRecordings,
  recordedAccounts,
  recordedAt,
} from "../demo/recordings.ts";
import { createMemoryStore } from "../stores/memory.ts";
import { createTerminalChat } from "../terminal/chat.ts";
import { createAlerts } from "./alerts.ts";
import { createClockwork } from "./clockwork.ts";
import { createAccountReader, createCore, type Machine } from "./core.ts";
import { type App, createApp } from "./lifecycle.ts";

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
    const core = createCore({ ...demo, accounts, timezone, sharedPools: "auto", budgets: [], reader, store });
    const commands: Commands = {
      ...core.commands,
      answer: (...call) => markedAnswer(core.commands.answer(...call)),
    };
    const chat = createTerminalChat({ ...demo, commands, timezone });
    cleanup.push(async () => chat.close());
    const channel: Channel = { ...chat.channel, post: (message) => chat.channel.post(markedDemo(message)) };
    const channelOf = (id: string) => (id === channel.id ? channel : undefined);
    const told = { ...core, ...demo, store, outbox: store.outbox, channelOf };
    const alerts = createAlerts({
      ...told,
      rules: [{ channels: [channel.id], accounts: ["*"], at: [80, 90, 100], resets: true }],
      anomaly: { factor: 2, minimumUsd: 1, minimumDays: 3 },
      mostPosts: 1_000,
      quietUntil: () => undefined,
      isUrgent: () => true,
      isSubscription: () => false,
      budgets: async () => [],
      onRefusal: () => {},
    });
    const clockwork = createClockwork({
      ...told,
      ...alerts,
      timezone,
      plans: [{ channel, at: "04:00", days: ["sun", "mon"] }],
      keepRecords: 35 * 86_400_000,
      everySeconds: 1,
    });
    cleanup.push(() => clockwork.stop(), core.readQuotas.stop);
    clockwork.start();
    const greeting =
      `DEMO: ${count(accounts.length, "account")} with recorded answers; nothing is sent anywhere. The clock starts at the ` +
      `recordings and runs ${demoPace} times as fast: alerts, a reset and a digest come within two minutes.\n` +
      "Type /quota, or /quota help for what you can ask, or exit. To watch your own accounts, write a quotabot.yml.";
    return { finished: chat.run(greeting) };
  });
}

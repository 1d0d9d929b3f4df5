import { randomBytes } from "node:crypto";
import { createAgents, createBooks, createRoutes, createSizes, inform } from "./app/agents.ts";
import { alertSettings, createAlerts } from "./app/alerts.ts";
import { alertChannels, channelIds, digestPlans, forgetRefusals, testChannels } from "./app/channels.ts";
import { createClockwork } from "./app/clockwork.ts";
import { createAllCommands } from "./app/commands.ts";
import { createAccountReader, createCore, type Machine } from "./app/core.ts";
import { createDigestParts, createDigestSender } from "./app/digest.ts";
import { createHttp } from "./app/http.ts";
import { type App, createApp, startAll } from "./app/lifecycle.ts";
import { createMoney } from "./app/money.ts";
import { createForgetting } from "./app/people.ts";
import { openStore } from "./app/store.ts";
import { createUsage } from "./app/usage.ts";
import { createChannels } from "./channels/channels.ts";
import { eventJson } from "./channels/event-json.ts";
import type { Config } from "./config.ts";
import { count } from "./core/messages/format.ts";
import type { Channel } from "./core/ports.ts";
import { createEventFeed } from "./core/services/event-feed.ts";
import { createHealth } from "./core/services/health.ts";
import { createStoreCheck } from "./core/services/store-check.ts";
import { within } from "./core/within.ts";
import { createMeters } from "./metrics/meters.ts";
import { createTerminalChat } from "./terminal/chat.ts";

/** The bot of a configuration: Slack and Discord where configured, else a chat on the terminal. */
export function createBot(config: Config, machine: Machine): App {
  return createApp(machine.log, async (cleanup) => {
    const { clock, log } = machine;
    const store = await openStore(config, machine);
    cleanup.push(() => store.close());
    const storeCheck = createStoreCheck({ store, clock });
    const meters = createMeters();
    const reader = meters.watchReader(createAccountReader(config, machine));
    cleanup.push(reader.settled);
    const { accounts, admins, timezone, sharedPools, budgets } = config;
    const core = createCore({ ...machine, accounts, timezone, sharedPools, budgets, reader, store });
    await core.readQuotas.restore();

    const named = createChannels({ ...config, clock, version: machine.version });
    cleanup.push(named.stop);
    const findChannel = (id: string): Channel | undefined => {
      if (id === "terminal") return chat?.channel;
      if (id.startsWith("slack:")) return slack?.channel(id);
      return id.startsWith("discord:") ? discord?.channel(id) : named.channels.get(id);
    };
    const channelOf = (id: string): Channel | undefined => {
      const found = findChannel(id);
      return found && meters.watchChannel(found);
    };
    const feed = createEventFeed({
      ...{ ...core, outbox: store.outbox, eventJson, processId: randomBytes(5).toString("hex") },
      later: (milliseconds, work) => void setTimeout(work, milliseconds).unref(),
    });
    const all = { ...core, ...machine, ...createMoney(config, machine), channelOf, feed };
    const alerts = createAlerts({ ...all, settings: alertSettings(config) });
    const digests = createDigestParts({
      ...{ ...all, store: { ...store, check: storeCheck.check } },
      ...{ plans: digestPlans(config), channels: channelIds(config) },
    });
    const routing = createRoutes(config, all);
    const channels = testChannels(alertChannels(config), channelOf);
    const books = createBooks(core);
    const commands = createAllCommands({ ...all, ...alerts, ...digests, routing, channels, books });

    const shared = { commands, clock, log, timezone };
    // The platforms' libraries are large: only those in use are loaded.
    const slack =
      config.slack &&
      (await import("./slack/app.ts")).createSlack({
        ...shared,
        config: config.slack,
        isAdmin: (user) => admins.slack.includes(user),
      });
    const discord =
      config.discord &&
      (await import("./discord/client.ts")).createDiscord({
        ...shared,
        config: config.discord,
        settings: store.settings,
        isAdmin: (user, roles) =>
          admins.discord.includes(user) || roles.some((role) => admins.discordRoles.includes(role)),
      });
    const chat = slack || discord ? undefined : createTerminalChat({ ...shared, console: machine.console });
    for (const warning of config.warnings) log.warn({ file: config.file }, warning);

    const clockwork = createClockwork({
      ...{ ...all, ...alerts, routing },
      digests: createDigestSender({ ...all, ...digests }),
      keepRecords: config.retention.records,
      everySeconds: 30,
      wallClock: clock,
      shared: config.storage.driver === "postgres",
    });
    const taskSizes = createSizes(core);
    const usage = await createUsage(config, {
      ...all,
      onRecorded: inform(clockwork, routing, taskSizes, meters.usage),
    });
    const agents = createAgents(config, { ...all, ...usage, routing, taskSizes, books });
    const health = createHealth({
      ...{ clock, accounts, store: storeCheck, outbox: store.outbox, channels: alertChannels(config) },
      ...{ snapshot: core.readQuotas.snapshot, jobs: clockwork.jobs },
      connections: { slack: slack?.health, discord: discord?.health },
    });
    const http = createHttp(config, {
      ...{ ...all, ...usage, ...agents, routing, taskSizes, health, meters },
      ...{ jobs: clockwork.jobs, forgetUser: createForgetting(core) },
    });
    routing.onSwitch(
      (event) => void alerts.raise.announce(`switch|${event.at}|${event.switched?.to}`, event),
    );
    await routing.load();
    await forgetRefusals(core, channelIds(config));
    const doors = [http, slack, discord].filter((door) => door !== undefined);
    cleanup.push(() => within(clockwork.stop(), shutdown.posts));
    cleanup.push(async () => {
      const closed = Promise.all(doors.map((door) => door.stop()));
      await within(closed, shutdown.reads);
      await core.readQuotas.stop();
      await closed;
    });
    await startAll(doors);
    clockwork.start();
    void core.readQuotas.read(config.accounts, "due");
    log.info(
      { accounts: config.accounts.length, slack: slack !== undefined, discord: discord !== undefined },
      "Started.",
    );
    if (chat === undefined) return { finished: new Promise<void>(() => {}) };
    cleanup.push(async () => chat.close());
    const greeting = `quotabot watches ${count(config.accounts.length, "account")}. Type /quota help for what you can ask, exit to leave.`;
    const chatted = chat.run(greeting);
    // Whoever asks over HTTP needs the bot also when it has no terminal, as under a service manager.
    return { finished: http && !machine.console.interactive ? new Promise<void>(() => {}) : chatted };
  });
}

/** Milliseconds that answers may wait for reads, and alerts for their posts, when the bot is told to stop. */
const shutdown = { reads: 2_500, posts: 1_000 };

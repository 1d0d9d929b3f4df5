import { join } from "node:path";
import type { Dispatcher } from "undici";
import type { Session } from "./cli/session.ts";
import type { Config } from "./config.ts";
import type { Commands } from "./core/commands/command.ts";
import { createCommands } from "./core/commands/index.ts";
import { createTargets } from "./core/commands/targets.ts";
import { type Account, accountName } from "./core/domain/account.ts";
import { AppError, isAppError } from "./core/errors.ts";
import { fitsPattern } from "./core/matching.ts";
import { count } from "./core/messages/format.ts";
import type { Channel, Clock, Log, Snapshots, Store } from "./core/ports.ts";
import type { Provider } from "./core/provider.ts";
import { createQuotaReports } from "./core/services/quota-report.ts";
import { type AlertRule, createRaiseAlerts } from "./core/services/raise-alerts.ts";
import { type AccountReader, createReadQuotas } from "./core/services/read-quotas.ts";
import { createSendDigests, type DigestPlan } from "./core/services/send-digest.ts";
import { createScheduler } from "./cron/scheduler.ts";
import { createDemoClock, demoPace } from "./demo/clock.ts";
import { markedAnswer, markedDemo } from "./demo/label.ts";
import { createRecordedDispatcher, loadRecordings, recordedAccounts, recordedAt } from "./demo/recordings.ts";
import { createCredentials } from "./providers/credentials.ts";
import { createReader } from "./providers/reader.ts";
import { readLock } from "./stores/folder-lock.ts";
import { openLowdbStore, readSnapshots } from "./stores/lowdb.ts";
import { createMemoryStore } from "./stores/memory.ts";
import { type Console, createTerminalChat } from "./terminal/chat.ts";

/** What the machine gives; everything else is made here. */
export interface Machine {
  providers: readonly Provider[];
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
  console: Console;
  home: string;
}

/** A bot that can run once. */
export interface App {
  /**
   * Starts everything, and stops again what it had started when one part cannot: with config_invalid and all problems
   * when a platform refuses its token. `finished` resolves when the terminal's input has ended; never without a chat
   * on the terminal.
   */
  start(): Promise<{ finished: Promise<void> }>;
  /** Takes everything down in reverse order. Never rejects. */
  stop(): Promise<void>;
}

/** The bot of a configuration: Slack and Discord where configured, else a chat on the terminal. */
export function createBot(config: Config, machine: Machine): App {
  return createApp(machine.log, async (cleanup) => {
    const { clock, log } = machine;
    const store = await openStore(config, machine);
    cleanup.push(() => store.close());
    const reader = createAccountReader(config, machine);
    cleanup.push(reader.settled);
    const core = createCore({ ...machine, accounts: config.accounts, reader, snapshots: store.snapshots });
    await core.readQuotas.restore();
    cleanup.push(core.readQuotas.stop);

    const { admins, timezone } = config;
    const shared = { commands: core.commands, clock, log, timezone };
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
    const channelOf = (id: string): Channel | undefined => {
      if (id === "terminal") return chat?.channel;
      if (id.startsWith("slack:")) return slack?.channel(id);
      return id.startsWith("discord:") ? discord?.channel(id) : undefined;
    };
    for (const warning of config.warnings) log.warn({ file: config.file }, warning);

    const scheduler = createClockwork({
      ...core,
      ...machine,
      settings: store.settings,
      timezone,
      rules: alertRules(config, channelOf, log),
      plans: digestPlans(config, channelOf, log),
      everySeconds: 30,
    });
    cleanup.push(() => scheduler.stop());
    for (const platform of [slack, discord]) if (platform) cleanup.push(() => platform.stop());
    await startAll([slack, discord].filter((platform) => platform !== undefined));
    scheduler.start();
    void core.readQuotas.read(config.accounts, "due");
    log.info(
      { accounts: config.accounts.length, slack: slack !== undefined, discord: discord !== undefined },
      "Started.",
    );
    if (chat === undefined) return { finished: new Promise<void>(() => {}) };
    cleanup.push(async () => chat.close());
    const greeting = `quotabot watches ${count(config.accounts.length, "account")}. Type /quota help for what you can ask, exit to leave.`;
    return { finished: chat.run(greeting) };
  });
}

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
    const core = createCore({ ...demo, accounts, reader, snapshots: store.snapshots });
    cleanup.push(core.readQuotas.stop);
    const commands: Commands = {
      ...core.commands,
      answer: (...call) => markedAnswer(core.commands.answer(...call)),
    };
    const timezone = "UTC";
    const chat = createTerminalChat({ ...demo, commands, timezone });
    cleanup.push(async () => chat.close());
    const channel: Channel = { ...chat.channel, post: (message) => chat.channel.post(markedDemo(message)) };
    const everyAccount = new Set(accounts.map((account) => account.id));
    const scheduler = createClockwork({
      ...core,
      ...demo,
      settings: store.settings,
      timezone,
      rules: [{ channel, accounts: everyAccount, thresholds: [80, 90, 100], resets: true }],
      plans: [{ channel, at: "04:00", days: ["sun", "mon"] }],
      everySeconds: 1,
    });
    cleanup.push(() => scheduler.stop());
    scheduler.start();
    const greeting =
      `DEMO: ${count(accounts.length, "account")} with recorded answers; nothing is sent anywhere. The clock starts at the ` +
      `recordings and runs ${demoPace} times as fast: alerts, a reset and a digest come within two minutes.\n` +
      "Type /quota, or /quota help for what you can ask, or exit. To watch your own accounts, write a quotabot.yml.";
    return { finished: chat.run(greeting) };
  });
}

/** The accounts of a configuration for one command of the CLI; what a running bot reads is only looked at. */
export async function openSession(config: Config, machine: Machine): Promise<Session> {
  const { accounts, timezone } = config;
  const reader = createAccountReader(config, machine);
  const holder = await readLock(config.dataDir, machine.clock).catch(() => undefined);
  const store = holder === undefined ? await openStore(config, machine) : undefined;
  const snapshots: Snapshots = store?.snapshots ?? {
    latest: () => readSnapshots({ folder: config.dataDir, log: machine.log }),
    replace: async () => undefined,
  };
  const core = createCore({ ...machine, accounts, reader, snapshots });
  await core.readQuotas.restore();
  const session = { ...core, accounts, clock: machine.clock, timezone };
  const close = async () => {
    await core.readQuotas.stop();
    await reader.settled();
    await store?.close();
  };
  if (holder === undefined) return { ...session, close };
  return {
    ...session,
    close,
    reports: {
      ...core.reports,
      // The bot reads; what it has stored meanwhile is all there is to see.
      read: async () => {
        await core.readQuotas.restore();
        return 0;
      },
    },
    notice: `A bot (process ${holder.pid}) works on ${config.dataDir}; these are the numbers it read last.`,
  };
}

interface CoreOptions extends Omit<Machine, "console" | "home" | "dispatcher"> {
  accounts: readonly Account[];
  reader: AccountReader;
  snapshots: Snapshots;
}

function createCore(options: CoreOptions) {
  const { accounts, clock } = options;
  const providerNames = new Map(options.providers.map((provider) => [provider.id, provider.name]));
  const readQuotas = createReadQuotas({ ...options, random: Math.random });
  const reports = createQuotaReports({ readQuotas, providerNames, clock });
  const targets = createTargets(accounts, providerNames);
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => void setTimeout(resolve, milliseconds).unref());
  const commands = createCommands({ reports, targets, configured: accounts.length, sleep });
  const describe = (id: string) => {
    const account = accounts.find((candidate) => candidate.id === id);
    const provider = account?.provider ?? "";
    return {
      name: account ? accountName(account) : id,
      providerName: providerNames.get(provider) ?? provider,
    };
  };
  return { accounts, readQuotas, reports, targets, commands, describe };
}

function createAccountReader(
  config: Pick<Config, "dataDir" | "environment">,
  machine: Omit<Machine, "console">,
) {
  const credentials = createCredentials({
    environment: config.environment,
    home: machine.home,
    folder: join(config.dataDir, "credentials"),
    clock: machine.clock,
  });
  const reader = createReader({ ...machine, credentials });
  const floors = new Map(machine.providers.map((provider) => [provider.id, provider.minInterval]));
  return { ...reader, minInterval: (account: Account) => floors.get(account.provider) ?? 0 };
}

function openStore(config: Config, machine: Pick<Machine, "clock" | "log">): Promise<Store> {
  if (config.storage.driver !== "lowdb") {
    throw new AppError("config_invalid", "This version keeps its data in files only.", {
      problems: ["storage.driver: write lowdb, or leave storage out"],
    });
  }
  return openLowdbStore({ folder: config.dataDir, ...machine });
}

/** What the clock starts: reading what is due, telling what follows from it, and the digests. */
function createClockwork(
  options: ReturnType<typeof createCore> &
    Pick<Machine, "clock" | "log"> & {
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
  return createScheduler({
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
}

function alertRules(config: Config, channelOf: (id: string) => Channel | undefined, log: Log): AlertRule[] {
  return config.alerts.flatMap((rule) => {
    const accounts = config.accounts.filter(({ id }) =>
      rule.accounts.some((pattern) => fitsPattern(pattern, id)),
    );
    const about = {
      accounts: new Set(accounts.map(({ id }) => id)),
      thresholds: rule.at,
      resets: rule.resets,
    };
    return reachable(rule.channels, channelOf, log).map((channel) => ({
      ...about,
      channel,
      windows: rule.windows,
    }));
  });
}

function digestPlans(config: Config, channelOf: (id: string) => Channel | undefined, log: Log): DigestPlan[] {
  return config.digest.flatMap((plan) =>
    reachable(plan.channels, channelOf, log).map((channel) => ({ channel, at: plan.at, days: plan.days })),
  );
}

function reachable(
  ids: readonly string[],
  channelOf: (id: string) => Channel | undefined,
  log: Log,
): Channel[] {
  return ids.flatMap((id) => {
    const channel = channelOf(id);
    if (channel === undefined)
      log.warn({ channel: id }, "This version cannot post to this channel; it stays silent.");
    return channel === undefined ? [] : [channel];
  });
}

/** Starts all; a refused token of one is told together with that of the others. */
async function startAll(platforms: readonly { start(): Promise<void> }[]): Promise<void> {
  const results = await Promise.allSettled(platforms.map((platform) => platform.start()));
  const failures = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  const refused = failures.filter((failure) => isAppError(failure, "config_invalid"));
  if (refused.length > 0) {
    throw new AppError("config_invalid", "The configuration does not work.", {
      problems: refused.map((failure) => failure.message),
    });
  }
  if (failures.length > 0) throw failures[0];
}

/** `begin` stacks up what has to be taken down again; it is taken down last first. */
function createApp(
  log: Log,
  begin: (cleanup: (() => Promise<unknown>)[]) => Promise<{ finished: Promise<void> }>,
): App {
  const cleanup: (() => Promise<unknown>)[] = [];
  async function stop(): Promise<void> {
    for (let step = cleanup.pop(); step !== undefined; step = cleanup.pop()) {
      await step().catch((error) => log.error({ error }, "A part could not be stopped cleanly."));
    }
  }
  return {
    async start() {
      try {
        return await begin(cleanup);
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
}

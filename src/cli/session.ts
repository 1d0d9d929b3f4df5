import type { Transform } from "node:stream";
import type { Commands } from "../core/commands/command.ts";
import type { Targets } from "../core/commands/targets.ts";
import type { Account } from "../core/domain/account.ts";
import type { DrawChart } from "../core/domain/chart.ts";
import type { Message } from "../core/domain/message.ts";
import type { Reading } from "../core/domain/quota.ts";
import type { UsageNames } from "../core/messages/usage-names.ts";
import type { Clock, Ledger } from "../core/ports.ts";
import type { Budgets } from "../core/services/budgets.ts";
import type { ThresholdsOf } from "../core/services/chart-quotas.ts";
import type { DoctorCheck } from "../core/services/examine.ts";
import type { ForgetUser } from "../core/services/forget-user.ts";
import type { QuotaHistories } from "../core/services/quota-history.ts";
import type { QuotaReports } from "../core/services/quota-report.ts";
import type { Refusal } from "../core/services/refusals.ts";
import type { RouteModes } from "../core/services/route-mode.ts";
import type { AvailableReport, RoutingReports } from "../core/services/routing.ts";
import type { TestChannels } from "../core/services/send-test.ts";
import type { UsageReports } from "../core/services/usage-report.ts";
import type { LogProgram } from "../core/session-log.ts";
import type { Setup } from "./init/setup.ts";
import type { Recorded } from "./record.ts";

/** The accounts of a configuration, opened for one command of the CLI. */
export interface Session {
  accounts: readonly Account[];
  reports: QuotaReports;
  targets: Targets;
  commands: Commands;
  usageReports: UsageReports;
  records: Ledger["records"];
  history: QuotaHistories;
  charts: { draw: DrawChart; thresholdsOf: ThresholdsOf };
  routing: {
    reports: RoutingReports;
    /** Whether an account, or a model of it, may be used now. Absent where only a bot could tell that cannot be asked. */
    available?(wanted: AvailableQuestion): AvailableReport | Promise<AvailableReport>;
  };
  budgets: Pick<Budgets, "list">;
  routeModes: Pick<RouteModes, "current">;
  names: UsageNames;
  forgetUser: ForgetUser;
  /** Where alerts and digests go; "terminal" is this one. */
  channels: TestChannels;
  /** Channels that refused what a bot posted there last. */
  refusals(): Promise<readonly Refusal[]>;
  clock: Clock;
  timezone: string;
  /**
   * Set when a bot works on the same data folder and does not answer over HTTP: it does the reading, and the session
   * only shows what the bot read last. Says so in a sentence.
   */
  notice?: string | undefined;
  /** Throws store_unavailable when the data folder cannot be written. A bot that works on it knows for itself. */
  checkStore(): Promise<void>;
  /** What the doctor looks at beyond accounts, channels and store: quick ones of this machine, and those over the network. */
  checks: { local: readonly DoctorCheck[]; network: readonly DoctorCheck[] };
  /** What the store is called, such as "Data folder", and what is said of it when `checkStore` finds nothing wrong. */
  storeWords: { name: string; fine: string };
  close(): Promise<void>;
}

/** What may be used: an account, and a model of it. */
export interface AvailableQuestion {
  account: string;
  model?: string | undefined;
}

export interface SessionOptions {
  config?: string | undefined;
  /**
   * Look at the data folder even when a bot that works on it would answer over HTTP, which tells less; and go on without a
   * store that cannot be used, which `checkStore` then tells.
   */
  fromDisk?: boolean | undefined;
}

/** What reporting to a running bot needs; no configuration is read for it. */
export interface Reporting {
  /** The bot's address and key, from the environment. */
  url?: string | undefined;
  key?: string | undefined;
  /** Milliseconds that reporting a status line may take: somebody's prompt waits for it. */
  patience: number;
  /** A folder for what need not last. */
  temporary: string;
  /** The readings in a status line document; empty when it tells no numbers. */
  readStatusLine(document: unknown): readonly Reading[] | Promise<readonly Reading[]>;
  logs: LogReporting;
  clock: Clock;
}

/** What reporting session logs needs besides. */
export interface LogReporting {
  programs: readonly LogProgram[];
  /** A folder of this user's for what is remembered from run to run; made when it is missing. */
  memory: string;
  /** Milliseconds that reading may take. */
  patience: number;
  /** Unpacks zstd. Absent where this Node.js cannot. */
  unpack?: (() => Transform) | undefined;
}

/** What a configuration calls things, for whoever types their names. */
export interface ConfiguredNames {
  accounts: readonly { id: string; label?: string | undefined; provider?: string | undefined }[];
  combos: readonly string[];
  /** As alerts and digests name them. */
  channels: readonly string[];
}

/** What the command line may touch. */
export interface CliOptions {
  /** Opens the accounts; throws AppError config_invalid, or not_found when there is no configuration. */
  openSession(options: SessionOptions): Promise<Session>;
  /** Reads one account for real and makes a fixture of it; throws like `openSession`, and what kept it from being read. */
  recordAccount(options: { config?: string | undefined; account: string }): Promise<Recorded>;
  /** The names in a configuration as far as they can be read, wrong or not. Never throws. */
  readNames(config: string | undefined): Promise<ConfiguredNames>;
  /** Runs the bot until it is told to stop. */
  startBot(options: { config?: string | undefined }): Promise<void>;
  /** Turns a message into lines for this terminal. */
  render(
    message: Message,
    context: { now: number; timezone: string; colour: boolean; width: number },
  ): string;
  /** What setting up needs; loads what it takes. */
  loadSetup(): Promise<Setup>;
  reporting: Reporting;
  output: NodeJS.WriteStream;
  errors: NodeJS.WriteStream;
  input: NodeJS.ReadStream;
  /** Whether NO_COLOR is set. */
  noColour: boolean;
  /** Whether FORCE_COLOR is set: colours without a terminal too. */
  forceColour: boolean;
  /** Whether the terminal can do nothing but print lines. */
  dumb: boolean;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  /** Calls back, instead of ending the process, when it is told to end; returns what takes that back. */
  onSignal(listener: (code: number) => void): () => void;
  version: string;
}

/** Which accounts a command is about, as given by options and argument. */
export interface Selection {
  account?: string | undefined;
  provider?: string | undefined;
  target?: string | undefined;
}

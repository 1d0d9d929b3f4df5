import type { Commands } from "../core/commands/command.ts";
import type { Targets } from "../core/commands/targets.ts";
import type { Account } from "../core/domain/account.ts";
import type { Message } from "../core/domain/message.ts";
import type { Clock } from "../core/ports.ts";
import type { QuotaReports } from "../core/services/quota-report.ts";

/** The accounts of a configuration, opened for one command of the CLI. */
export interface Session {
  accounts: readonly Account[];
  reports: QuotaReports;
  targets: Targets;
  commands: Commands;
  clock: Clock;
  timezone: string;
  /**
   * Set when a bot works on the same data folder: it does the reading, and the session only shows what the bot read
   * last. Says so in a sentence.
   */
  notice?: string | undefined;
  close(): Promise<void>;
}

/** What the command line may touch. */
export interface CliOptions {
  /** Opens the accounts; throws AppError config_invalid, or not_found when there is no configuration. */
  openSession(options: { config?: string | undefined }): Promise<Session>;
  /** Runs the bot until it is told to stop. */
  startBot(options: { config?: string | undefined }): Promise<void>;
  /** Turns a message into lines for this terminal. */
  render(
    message: Message,
    context: { now: number; timezone: string; colour: boolean; width: number },
  ): string;
  output: NodeJS.WriteStream;
  errors: NodeJS.WriteStream;
  input: NodeJS.ReadStream;
  /** Whether NO_COLOR is set. */
  noColour: boolean;
  version: string;
}

/** Which accounts a command is about, as given by options and argument. */
export interface Selection {
  account?: string | undefined;
  provider?: string | undefined;
  target?: string | undefined;
}

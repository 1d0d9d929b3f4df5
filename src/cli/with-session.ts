import { createDays, type Day } from "../core/domain/day.ts";
import type { Message } from "../core/domain/message.ts";
import { type Period, parsePeriod, periodExamples, periodFault } from "../core/domain/period.ts";
import { AppError } from "../core/errors.ts";
import { didYouMean } from "../core/matching.ts";
import type { CliOptions, Session, SessionOptions } from "./session.ts";

export interface OutputOptions {
  config?: string | undefined;
  json?: boolean | undefined;
  /** commander's name for --no-color. */
  color?: boolean | undefined;
}

/** Opens a session for the work and closes it afterwards, whatever comes of it. */
export async function withSession<Result>(
  cli: CliOptions,
  options: SessionOptions,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { config, fromDisk } = options;
  const session = await cli.openSession({ config, fromDisk });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** What the output can show. */
export function terminalOf(cli: CliOptions, options: { color?: boolean | undefined }) {
  const wanted = cli.output.isTTY === true || cli.forceColour;
  return {
    colour: wanted && !cli.noColour && options.color !== false,
    // What goes to a file or another program is never cut.
    width: Math.max(40, cli.output.columns ?? Number.POSITIVE_INFINITY),
  };
}

/** The message as lines for this terminal. */
export function print(cli: CliOptions, session: Session, options: OutputOptions, message: Message): void {
  const context = { now: session.clock.now(), timezone: session.timezone, ...terminalOf(cli, options) };
  cli.output.write(`${cli.render(message, context)}\n`);
}

/** The value as a document for scripts. */
export function printJson(cli: CliOptions, value: unknown): void {
  cli.output.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** The team's day now. */
export function todayOf({ clock, timezone }: Pick<Session, "clock" | "timezone">): Day {
  return createDays(timezone).at(clock.now()).day;
}

/** The period of that name. Throws request_invalid for a name of none. */
export function periodNamed(name: string, today: Day): Period {
  const period = parsePeriod(name, today);
  if (period !== undefined) return period;
  throw new AppError(
    "request_invalid",
    `"${name}" ${periodFault(name, today)}. Periods are ${periodExamples}.`,
  );
}

/** Throws request_invalid, naming the nearest, for an account that is not configured. */
export function assertAccount(session: Session, id: string): void {
  if (session.accounts.some((account) => account.id === id)) return;
  const hint = didYouMean(session.targets.suggest(id));
  throw new AppError("request_invalid", `No account is called "${id}".${hint}`);
}

import { hasRecords } from "../core/commands/ledger-options.ts";
import type { Message } from "../core/domain/message.ts";
import { type Dimension, dimensions, type FilterDimension, unassigned } from "../core/domain/usage.ts";
import { AppError } from "../core/errors.ts";
import { didYouMean, nearest } from "../core/matching.ts";
import { costMessage } from "../core/messages/cost.ts";
import { isNothing } from "../core/messages/figures.ts";
import { noUsage } from "../core/messages/no-usage.ts";
import { usageMessage } from "../core/messages/usage.ts";
import { type UsageNames, valueName } from "../core/messages/usage-names.ts";
import { costJson, usageJson } from "../core/services/usage-json.ts";
import type { CliOptions, Session } from "./session.ts";
import {
  assertAccount,
  type OutputOptions,
  periodNamed,
  print,
  printJson,
  todayOf,
  withSession,
} from "./with-session.ts";

export interface UsageOptions extends OutputOptions {
  by?: string | undefined;
  account?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
  user?: string | undefined;
}

/**
 * Prints what was used in a period, of today and by model unless told.
 * @param words typed after the command, as in chat: a period, and "by" with a dimension
 * @throws request_invalid for words it does not know
 */
export function printUsage(cli: CliOptions, words: readonly string[], options: UsageOptions): Promise<void> {
  return withSession(cli, options, async (session) => {
    const { usageReports, names } = session;
    const today = todayOf(session);
    const asked = understand(words);
    const period = periodNamed(asked.period ?? "today", today);
    const only = filtersOf(session, options);
    const by = dimensionOf(options.by ?? asked.by ?? "model");
    const report = await usageReports.usage({ period, by, only });
    if (options.json) return printJson(cli, usageJson(report));
    const idle = only === undefined && isNothing(report.total);
    if (idle && !(await hasRecords({ usageReports, today: () => today })))
      return print(cli, session, options, noUsage("Usage"));
    const message = usageMessage(report, { command: "usage", today, names, wide: true });
    print(cli, session, options, limited(message, only, names));
  });
}

/** Prints what a period cost, this month unless told. Throws request_invalid for a period that is none. */
export function printCost(cli: CliOptions, name: string | undefined, options: OutputOptions): Promise<void> {
  return withSession(cli, options, async (session) => {
    const { usageReports, names } = session;
    const today = todayOf(session);
    const period = periodNamed(name ?? "month", today);
    const report = await usageReports.cost(period);
    if (options.json) return printJson(cli, costJson(report));
    const idle = isNothing(report.total) && report.budgets.length === 0;
    if (idle && !(await hasRecords({ usageReports, today: () => today })))
      return print(cli, session, options, noUsage("Cost"));
    const command = `cost ${period.name}`;
    print(cli, session, options, costMessage(report, { command, today, names }));
  });
}

function understand(words: readonly string[]): { period?: string; by?: string } {
  const asked: { period?: string; by?: string } = {};
  for (const [index, word] of words.entries()) {
    const isName = words[index - 1]?.toLowerCase() === "by";
    if (!isName && word.toLowerCase() === "by" && index < words.length - 1) continue;
    const part = isName ? "by" : "period";
    if (asked[part] !== undefined)
      throw new AppError(
        "request_invalid",
        `"${word}" is one too many: quota usage [PERIOD] [by DIMENSION].`,
      );
    asked[part] = word;
  }
  return asked;
}

function dimensionOf(typed: string): Dimension {
  const found = dimensions.find((dimension) => dimension === typed.toLowerCase());
  if (found !== undefined) return found;
  const hint = didYouMean(nearest(typed, dimensions));
  throw new AppError("request_invalid", `by takes one of ${dimensions.join(", ")}, not "${typed}".${hint}`);
}

const filters = ["account", "provider", "model", "user"] as const;
type Filters = Partial<Record<FilterDimension, readonly string[]>>;

/** What the options limit usage to; "-" is what records do not tell. */
function filtersOf(session: Session, options: UsageOptions): Filters | undefined {
  const { account } = options;
  if (account !== undefined && account !== unassigned) assertAccount(session, account);
  const only: Filters = {};
  for (const name of filters) {
    const value = options[name];
    if (value !== undefined) only[name] = [value === "-" ? "" : value];
  }
  return Object.keys(only).length === 0 ? undefined : only;
}

/** The message, saying in its title what it is limited to. */
function limited(message: Message, only: Filters | undefined, names: UsageNames): Message {
  if (only === undefined) return message;
  const words = filters.flatMap((name) =>
    (only[name] ?? []).map((value) => `${name} ${valueName(name, value, names)}`),
  );
  return { ...message, title: `${message.title}: ${words.join(", ")}` };
}

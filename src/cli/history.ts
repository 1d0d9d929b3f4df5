import { accountName } from "../core/domain/account.ts";
import { AppError } from "../core/errors.ts";
import { historyMessage } from "../core/messages/history.ts";
import { windowName } from "../core/messages/quota-table.ts";
import { historyJson } from "../core/services/history-json.ts";
import { parseRange, rangeExamples } from "../core/services/quota-history.ts";
import type { CliOptions, Session } from "./session.ts";
import { assertAccount, type OutputOptions, print, printJson, withSession } from "./with-session.ts";

export interface HistoryOptions extends OutputOptions {
  window?: string | undefined;
  /** "24h", "7d" */
  range: string;
}

/** Lines of a screen that are no samples: title, heads, prompt. */
const otherLines = 6;
const usualLines = 40;

/**
 * Prints what an account's quotas stood at, thinned to what one screen shows; as JSON all samples. Throws
 * request_invalid for an account, a range or a window that there is not.
 */
export async function printHistory(cli: CliOptions, account: string, options: HistoryOptions): Promise<void> {
  const range = parseRange(options.range);
  if (range === undefined)
    throw new AppError("request_invalid", `--range takes ${rangeExamples}, not "${options.range}".`);
  await withSession(cli, options, async (session) => {
    assertAccount(session, account);
    const readings = readingsOf(session, account);
    const history = await session.history({ account, reading: options.window, range });
    if (options.window !== undefined && history.samples.length === 0) assertReading(readings, options.window);
    if (options.json) return printJson(cli, historyJson(history));
    const mostRows = Math.max(5, (cli.output.rows ?? usualLines) - otherLines);
    const configured = session.accounts.find(({ id }) => id === account);
    const name = accountName(configured ?? { id: account });
    print(cli, session, options, historyMessage(history, { name, readings, mostRows }));
  });
}

/** Names of the account's windows and amounts, by id. */
function readingsOf(session: Session, account: string): Map<string, string> {
  const configured = session.accounts.filter(({ id }) => id === account);
  const { accounts } = session.reports.report(configured);
  const readings = accounts.flatMap((report) => report.readings);
  return new Map(
    readings.map((reading) => [reading.id, reading.kind === "balance" ? reading.label : windowName(reading)]),
  );
}

function assertReading(readings: ReadonlyMap<string, string>, id: string): void {
  if (readings.has(id)) return;
  const known = [...readings.keys()].join(", ");
  throw new AppError(
    "request_invalid",
    `The account has no window "${id}".${known === "" ? "" : ` It has ${known}.`}`,
  );
}

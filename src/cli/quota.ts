import type { Account } from "../core/domain/account.ts";
import type { Message } from "../core/domain/message.ts";
import { waitsForPerson } from "../core/domain/snapshot.ts";
import { AppError } from "../core/errors.ts";
import { accountDetails } from "../core/messages/account-details.ts";
import { count } from "../core/messages/format.ts";
import { quotaTable } from "../core/messages/quota-table.ts";
import { resetSchedule } from "../core/messages/reset-schedule.ts";
import { quotaJson, resetsJson } from "../core/services/quota-json.ts";
import type { QuotaReport } from "../core/services/quota-report.ts";
import type { CliOptions, Selection, Session } from "./session.ts";

export interface QuotaOptions extends Omit<Selection, "target"> {
  config?: string | undefined;
  fresh?: boolean | undefined;
  json?: boolean | undefined;
  /** commander's name for --no-color. */
  color?: boolean | undefined;
}

/** One way to print a report. */
interface View {
  json(report: QuotaReport): unknown;
  message(report: QuotaReport, session: Session, target: string | undefined): Message;
}

export const views = {
  list: {
    json: quotaJson,
    message: (report, session, target) =>
      quotaTable(report, { command: lineOf("list", target), configured: session.accounts.length }),
  },
  show: {
    json: quotaJson,
    message: (report, _session, target) =>
      accountDetails(report, { command: lineOf("show", target), admin: true }),
  },
  resets: {
    json: resetsJson,
    message: (report, _session, target) => resetSchedule(report, { command: lineOf("resets", target) }),
  },
} as const satisfies Record<string, View>;

function lineOf(command: string, target: string | undefined): string {
  return target === undefined ? command : `${command} ${target}`;
}

/** Reads what is due, prints one view of it, and closes. Throws request_invalid for an account nobody knows. */
export async function printQuota(
  cli: CliOptions,
  view: View,
  options: QuotaOptions,
  target: string | undefined,
): Promise<void> {
  const session = await cli.openSession({ config: options.config });
  try {
    const selected = selectAccounts(session, { ...options, target });
    await readWithProgress(cli, session, selected, options);
    const report = session.reports.report(selected);
    if (options.json) {
      cli.output.write(`${JSON.stringify(view.json(report), undefined, 2)}\n`);
      return;
    }
    const context = { now: report.at, timezone: session.timezone, ...terminalOf(cli, options) };
    cli.output.write(`${cli.render(view.message(report, session, target), context)}\n`);
    if (session.notice !== undefined) cli.errors.write(`${session.notice}\n`);
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

/** The accounts that all given options and the argument agree on. */
export function selectAccounts(session: Session, selection: Selection): readonly Account[] {
  const { account, provider, target } = selection;
  const selected = session.targets
    .find(target)
    .filter((candidate) => account === undefined || candidate.id === account)
    .filter((candidate) => provider === undefined || candidate.provider === provider);
  if (selected.length > 0 || session.accounts.length === 0) return selected;
  const wanted = account ?? provider ?? target ?? "";
  const suggestion = session.targets.suggest(wanted);
  throw new AppError(
    "request_invalid",
    `No account fits "${wanted}".${suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`}`,
  );
}

/** Somebody is asking, so accounts that wait for a person are tried again too. */
export async function readWithProgress(
  cli: CliOptions,
  session: Session,
  accounts: readonly Account[],
  options: { fresh?: boolean | undefined; json?: boolean | undefined },
): Promise<void> {
  const waiting = new Set(
    session.reports
      .report(accounts)
      .accounts.filter((report) => waitsForPerson(report.state))
      .map((report) => report.account),
  );
  const asked = accounts.filter((account) => options.fresh || waiting.has(account.id));
  const scheduled = accounts.filter((account) => !asked.includes(account));
  const showProgress = cli.errors.isTTY === true && !options.json;
  if (showProgress) cli.errors.write(`Reading ${count(accounts.length, "account")} …`);
  await Promise.all([session.reports.read(asked, "allowed"), session.reports.read(scheduled, "due")]);
  if (showProgress) cli.errors.write("\r\u001b[K");
}

import type { Account } from "../core/domain/account.ts";
import type { Message } from "../core/domain/message.ts";
import { waitsForPerson } from "../core/domain/snapshot.ts";
import { AppError } from "../core/errors.ts";
import { didYouMean } from "../core/matching.ts";
import { accountDetails } from "../core/messages/account-details.ts";
import { count } from "../core/messages/format.ts";
import { quotaTable } from "../core/messages/quota-table.ts";
import { resetSchedule } from "../core/messages/reset-schedule.ts";
import { quotaJson, resetsJson } from "../core/services/quota-json.ts";
import type { QuotaReport } from "../core/services/quota-report.ts";
import { createProgress } from "./progress.ts";
import type { CliOptions, Selection, Session } from "./session.ts";
import { type OutputOptions, print, printJson, withSession } from "./with-session.ts";

export interface QuotaOptions extends OutputOptions, Omit<Selection, "target"> {
  fresh?: boolean | undefined;
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

/** Reads what is due and prints one view of it. Throws request_invalid for an account nobody knows. */
export function printQuota(
  cli: CliOptions,
  view: View,
  options: QuotaOptions,
  target: string | undefined,
): Promise<void> {
  return withSession(cli, options, async (session) => {
    const selected = selectAccounts(session, { ...options, target });
    await readWithProgress(cli, session, selected, options);
    const report = session.reports.report(selected);
    if (options.json) return printJson(cli, view.json(report));
    print(cli, session, options, view.message(report, session, target));
    if (session.notice !== undefined) cli.errors.write(`${session.notice}\n`);
  });
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
  const hint = didYouMean(session.targets.suggest(wanted));
  throw new AppError("request_invalid", `No account fits "${wanted}".${hint}`);
}

/** Reads what is due, and says on the terminal that it does. */
export async function readWithProgress(
  cli: CliOptions,
  session: Session,
  accounts: readonly Account[],
  options: { fresh?: boolean | undefined; json?: boolean | undefined },
): Promise<void> {
  const progress = createProgress(cli, options);
  progress.show(`Reading ${count(accounts.length, "account")} …`);
  await readNow(session, accounts, options);
  progress.end();
}

/** Reads what is due. Somebody is asking, so accounts that wait for a person are tried again too. */
export async function readNow(
  { reports }: Session,
  accounts: readonly Account[],
  options: { fresh?: boolean | undefined },
): Promise<void> {
  const waiting = new Set(
    reports
      .report(accounts)
      .accounts.filter((report) => waitsForPerson(report.state))
      .map((report) => report.account),
  );
  const asked = accounts.filter((account) => options.fresh || waiting.has(account.id));
  const scheduled = accounts.filter((account) => !asked.includes(account));
  await Promise.all([reports.read(asked, "allowed"), reports.read(scheduled, "due")]);
}

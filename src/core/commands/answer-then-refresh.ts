import type { Message, Text } from "../domain/message.ts";
import { unknownWord } from "../messages/help.ts";
import type { QuotaReport, QuotaReports } from "../services/quota-report.ts";
import type { Call } from "./command.ts";
import type { Targets } from "./targets.ts";

export interface QuotaCommandOptions {
  reports: QuotaReports;
  targets: Targets;
  /** How many accounts the configuration has. */
  configured: number;
  /** Resolves after so many milliseconds of real time. */
  sleep: (milliseconds: number) => Promise<void>;
}

/** Slow providers must not keep back what the fast ones told: an answer in between after so many milliseconds. */
const patience = 2_500;

/**
 * Answers at once from the last snapshots; when something is being read, answers again with what has arrived after
 * a moment, and for good when all reads have ended. At most three messages.
 */
export async function* answerThenRefresh(
  options: QuotaCommandOptions,
  call: Call,
  compose: (report: QuotaReport) => Message,
): AsyncGenerator<Message> {
  const target = call.arguments.target;
  const accounts = options.targets.find(target);
  if (accounts.length === 0 && options.configured > 0) {
    const suggestion = options.targets.suggest(target ?? "");
    yield unknownWord(target ?? "", suggestion === undefined ? undefined : `show ${suggestion}`);
    return;
  }
  let reads: number | undefined;
  const reading = options.reports.read(accounts, "allowed").then((count) => {
    reads = count;
  });
  // Reads that the floors forbid end in a moment; then there is nothing to wait for.
  await Promise.race([reading, options.sleep(25)]);
  const report = options.reports.report(accounts);
  yield call.refresh && reads === 0 ? { ...compose(report), footer: notYet(report) } : compose(report);
  if (reads !== undefined) return;
  await Promise.race([reading, options.sleep(patience)]);
  if (reads === undefined) {
    yield compose(options.reports.report(accounts));
    await reading;
  }
  yield compose(options.reports.report(accounts));
}

/** Said when a refresh was asked for and no provider may be read again yet. */
function notYet(report: QuotaReport): Text | undefined {
  const next = Math.min(...report.accounts.map((account) => account.nextReadAt ?? report.at));
  if (next <= report.at) return undefined;
  return [
    "Nothing newer yet: so as not to be throttled, the next read is ",
    { instant: next, style: "countdown" },
    ".",
  ];
}

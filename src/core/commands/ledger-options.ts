import type { Day } from "../domain/day.ts";
import { type Period, parsePeriod, periodFault } from "../domain/period.ts";
import { AppError } from "../errors.ts";
import { isNothing } from "../messages/figures.ts";
import type { UsageNames } from "../messages/usage-names.ts";
import type { Ledger } from "../ports.ts";
import type { UsageReports } from "../services/usage-report.ts";
import type { Call } from "./command.ts";

/** What the commands that ask the ledger work with. */
export interface LedgerCommandOptions {
  usageReports: UsageReports;
  records: Ledger["records"];
  /** The team's day now. */
  today: () => Day;
  names: UsageNames;
}

/** The period of a call, or else the usual one of its command. */
export function periodOf(call: Call, usual: string, today: Day): Period {
  const name = call.arguments.period ?? usual;
  const period = parsePeriod(name, today);
  if (period === undefined) throw new AppError("request_invalid", `"${name}" ${periodFault(name, today)}.`);
  return period;
}

/** A little longer than anything but a yearly habit stays unseen. */
const longAgo = "366d";

/** Whether anything at all has been reported in the last year: what an empty answer depends on. */
export async function hasRecords({
  usageReports,
  today,
}: Pick<LedgerCommandOptions, "usageReports" | "today">): Promise<boolean> {
  const period = parsePeriod(longAgo, today());
  return period !== undefined && !isNothing((await usageReports.usage({ period })).total);
}

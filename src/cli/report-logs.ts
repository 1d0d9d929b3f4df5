import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { count } from "../core/messages/format.ts";
import type { LogProgram } from "../core/session-log.ts";
import { createProgress } from "./progress.ts";
import { type BotOptions, findBot, findBotAddress } from "./report-bot.ts";
import { type ImportOptions, type ImportSummary, importLogs, type ProgramCall } from "./report-log-import.ts";
import { type LogMemory, openLogMemory } from "./report-log-memory.ts";
import { previewJson, previewText } from "./report-log-preview.ts";
import { sentJson, sentText, shortcomings } from "./report-log-summary.ts";
import { deliverRecords } from "./report-records.ts";
import type { CliOptions } from "./session.ts";

export interface ReportLogsOptions extends BotOptions {
  account?: string | undefined;
  user?: string | undefined;
  source?: string | undefined;
  /** "30d", "12h", "all" */
  since: string;
  dryRun?: boolean | undefined;
  json?: boolean | undefined;
  verbose?: boolean | undefined;
}

/**
 * Sends what the session logs of this machine tell about use, as counts, to the bot: what is new since the last run. A
 * run that is cut off loses nothing, and one that is repeated counts nothing twice.
 * @throws request_invalid for options that cannot be, delivery_failed or delivery_refused when the bot does not take it
 */
export async function reportLogs(cli: CliOptions, options: ReportLogsOptions): Promise<void> {
  const { logs, clock } = cli.reporting;
  const now = clock.now();
  const plan = {
    programs: choosePrograms(logs.programs, options.source ?? "all"),
    since: startOf(options.since, now),
    memory: await openLogMemory(logs.memory, findBotAddress(cli.reporting, options)),
    now,
    deadline: AbortSignal.timeout(logs.patience),
    unpack: logs.unpack,
  };
  if (options.verbose) {
    for (const { title, folders } of plan.programs) cli.errors.write(`${title}: ${folders.join(", ")}\n`);
  }
  await (options.dryRun ? preview(cli, plan, options) : send(cli, plan, options));
}

type Plan = Omit<ImportOptions, "deliver" | "settled" | "progress"> & { memory: LogMemory };

async function preview(cli: CliOptions, plan: Plan, options: ReportLogsOptions): Promise<void> {
  const calls: ProgramCall[] = [];
  const summary = await importLogs({
    ...plan,
    deliver: async (some) => void calls.push(...some),
    settled: async () => {},
    progress: progressOf(cli, options),
  });
  print(cli, summary, options.json ? previewJson(calls, summary) : previewText(calls, summary));
}

async function send(cli: CliOptions, plan: Plan, options: ReportLogsOptions): Promise<void> {
  const bot = findBot(cli.reporting, options);
  const sent = { accepted: 0, duplicates: 0, rejected: 0 };
  const reasons = new Set<string>();
  let remembers = true;
  const summary = await importLogs({
    ...plan,
    async deliver(calls) {
      const records = calls.map((call) => recordOf(call, options));
      const answer = await deliverRecords(bot, records);
      sent.accepted += answer.accepted;
      sent.duplicates += answer.duplicates;
      sent.rejected += answer.rejected.length;
      for (const { message } of answer.rejected) reasons.add(message);
    },
    async settled() {
      remembers = await plan.memory.save().then(
        () => true,
        () => false,
      );
    },
    progress: progressOf(cli, options),
  });
  print(cli, summary, options.json ? sentJson(sent, summary) : sentText(sent, summary));
  if (!remembers) {
    const { memory } = cli.reporting.logs;
    cli.errors.write(`${memory} cannot be written: the next run sends the same again, which counts once.\n`);
  }
  if (reasons.size > 0) {
    throw new AppError("delivery_refused", `The bot does not take ${count(sent.rejected, "record")}.`, {
      problems: [...reasons].slice(0, 5),
    });
  }
}

function print(cli: CliOptions, summary: ImportSummary, result: string | object): void {
  const text = typeof result === "string" ? result : JSON.stringify(result, undefined, 2);
  cli.output.write(`${text}\n`);
  for (const line of shortcomings(summary)) cli.errors.write(`${line}\n`);
}

/** Draws how far it is on the terminal, and wipes it away at the end. */
function progressOf(cli: CliOptions, { json }: ReportLogsOptions): ImportOptions["progress"] {
  const progress = createProgress(cli, { json });
  return (done, of) => (done === of ? progress.end() : progress.show(`Reading file ${done + 1} of ${of} …`));
}

/** Everything that leaves the machine of a call. */
function recordOf({ program, call }: ProgramCall, options: ReportLogsOptions) {
  const { input, output, cacheRead, cacheWrite, reasoning } = call.tokens;
  return {
    id: call.id,
    at: new Date(call.at).toISOString(),
    service: program.service,
    account: options.account,
    user: options.user,
    model: call.model,
    operation: call.operation,
    source: "logs",
    tokens: { input, output, cacheRead, cacheWrite, reasoning },
  };
}

/** The programs whose name begins so, or all. Throws request_invalid when there is none. */
function choosePrograms(programs: readonly LogProgram[], source: string): readonly LogProgram[] {
  const chosen = programs.filter(
    ({ name }) => source === "all" || (source !== "" && name.startsWith(source)),
  );
  if (chosen.length > 0) return chosen;
  const names = programs.map(({ name }) => name).join(", ");
  throw new AppError("request_invalid", `No logs of "${source}" are known. There are: ${names}, all.`);
}

/** Throws request_invalid for anything but days, hours and all. */
function startOf(since: string, now: Instant): Instant {
  if (since === "all") return 0;
  const [, number, unit] = /^(\d{1,4})([dh])$/.exec(since) ?? [];
  if (number === undefined) {
    throw new AppError("request_invalid", `"${since}" is no time to begin at: write 30d, 12h or all.`);
  }
  return now - Number(number) * (unit === "d" ? 86_400_000 : 3_600_000);
}

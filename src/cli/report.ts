import { z } from "zod";
import { AppError, isAppError } from "../core/errors.ts";
import { statusLineText } from "../core/messages/status-line.ts";
import { type Bot, type BotOptions, findBot, postToBot } from "./report-bot.ts";
import { createReportMemory } from "./report-memory.ts";
import type { CliOptions } from "./session.ts";

export interface ReportOptions extends BotOptions {
  account: string;
  user?: string | undefined;
  print?: boolean | undefined;
  strict?: boolean | undefined;
  verbose?: boolean | undefined;
}

const path = "api/v1/snapshots";
const largestDocument = 1024 * 1024;

/**
 * Reads a status line document from the input and reports its windows to the bot, and nothing else of it. Fails
 * silently and soon, as a program waits for it that has other things to do.
 * @throws AppError with `strict` only: request_invalid for what cannot work, delivery_failed when the bot is not reached
 */
export async function reportStatusLine(cli: CliOptions, options: ReportOptions): Promise<void> {
  try {
    const outcome = await report(cli, options, AbortSignal.timeout(cli.reporting.patience));
    if (options.verbose) cli.errors.write(`${outcome}\n`);
  } catch (error) {
    if (!isAppError(error) || options.strict) throw error;
    if (options.verbose) cli.errors.write(`${error.message}\n`);
  }
}

/** What came of it, in a sentence. */
async function report(cli: CliOptions, options: ReportOptions, signal: AbortSignal): Promise<string> {
  const { reporting } = cli;
  const readings = await reporting.readStatusLine(await readDocument(cli.input, signal));
  const text = statusLineText(readings);
  if (options.print && text !== "") cli.output.write(`${text}\n`);
  if (readings.length === 0) return "The status line tells no limits (yet), so there is nothing to report.";

  const bot = findBot(reporting, options);
  const content = { account: options.account, user: options.user, readings };
  const memory = createReportMemory(
    reporting.temporary,
    `${new URL(path, bot.base).href} ${options.account}`,
  );
  const at = reporting.clock.now();
  if (!options.strict && !(await memory.isDue(content, at))) return "Reported less than a minute ago.";
  try {
    const outcome = await push(bot, { ...content, at: new Date(at).toISOString() }, signal);
    await memory.keep(content, { at, arrived: true });
    return outcome;
  } catch (error) {
    await memory.keep(content, { at, arrived: false });
    throw error;
  }
}

/** Throws request_invalid when the input is no JSON, or too much, or does not end in time. */
async function readDocument(input: NodeJS.ReadStream, signal: AbortSignal): Promise<unknown> {
  const stop = () => input.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    let text = "";
    input.setEncoding("utf8");
    for await (const chunk of input) {
      text += chunk;
      if (text.length > largestDocument) throw new Error("too much");
    }
    return JSON.parse(text);
  } catch {
    throw new AppError("request_invalid", "The input is not a status line document in JSON.");
  } finally {
    signal.removeEventListener("abort", stop);
    input.destroy();
  }
}

const answerFields = z.object({
  accepted: z.boolean().optional(),
  reason: z.string().optional(),
  error: z.object({ message: z.string() }).optional(),
});

async function push(bot: Bot, body: object, signal: AbortSignal): Promise<string> {
  const response = await postToBot(bot, path, body, signal);
  if (response === undefined) {
    throw new AppError("delivery_failed", `No bot answers at ${bot.base.origin}.`);
  }
  const { accepted, reason, error } =
    answerFields.safeParse(await response.json().catch(() => undefined)).data ?? {};
  if (!response.ok) {
    const why = error === undefined ? "" : `: ${error.message}`;
    throw new AppError("delivery_failed", `The bot refuses the report (HTTP ${response.status})${why}`);
  }
  return accepted ? "Reported." : `Not taken: ${reason ?? "the bot does not say why."}`;
}

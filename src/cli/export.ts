import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../core/errors.ts";
import { type ExportFormat, exportFormats, exportInPieces } from "../core/services/export-records.ts";
import { createOwnFile } from "./own-file.ts";
import type { CliOptions } from "./session.ts";
import { periodNamed, todayOf, withSession } from "./with-session.ts";

export interface ExportOptions {
  config?: string | undefined;
  format?: string | undefined;
  json?: boolean | undefined;
  output?: string | undefined;
}

/**
 * Writes all records of a period, of this month unless told, to the output or into a new file of this user alone.
 * @param words typed after the command, as in chat: a period, and a format
 * @throws request_invalid for words it does not know, and for a file that is there already or cannot be made
 */
export async function exportRecords(
  cli: CliOptions,
  words: readonly string[],
  options: ExportOptions,
): Promise<void> {
  const [name, typed] = understand(words);
  const format = formatOf(options.format ?? (options.json ? "json" : (typed ?? "csv")));
  await withSession(cli, options, async (session) => {
    const { from, to } = periodNamed(name ?? "month", todayOf(session));
    const pieces = exportInPieces(session.records, { from, to }, format);
    if (options.output === undefined) return await drain(pieces, cli.output, { end: false });
    const file = await createOwnFile(options.output);
    await drain(pieces, file.createWriteStream(), { end: true });
    cli.errors.write(`Written to ${options.output}.\n`);
  });
}

/** The period and the format among the words, in any order. */
function understand(words: readonly string[]): [period: string | undefined, format: string | undefined] {
  const isFormat = (word: string) => exportFormats.some((format) => format === word.toLowerCase());
  const [period, more] = words.filter((word) => !isFormat(word));
  const [format, another] = words.filter(isFormat);
  const spare = more ?? another;
  if (spare === undefined) return [period, format];
  throw new AppError("request_invalid", `"${spare}" is one too many: quota export [PERIOD] [json|csv].`);
}

async function drain(
  pieces: AsyncIterable<string>,
  output: Writable,
  options: { end: boolean },
): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), output, options);
  } catch (error) {
    // Whoever reads has seen enough, as `head` does.
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
}

function formatOf(typed: string): ExportFormat {
  const found = exportFormats.find((format) => format === typed.toLowerCase());
  if (found !== undefined) return found;
  throw new AppError("request_invalid", `--format takes ${exportFormats.join(" or ")}, not "${typed}".`);
}

import { join } from "node:path";
import type { Transform } from "node:stream";
import type { Instant } from "../core/domain/quota.ts";
import { isAppError } from "../core/errors.ts";
import type { LoggedCall, LogProgram } from "../core/session-log.ts";
import { findLogFiles, type LogFile } from "./report-log-files.ts";
import type { LogMemory } from "./report-log-memory.ts";
import { readLog } from "./report-log-read.ts";

export interface ImportOptions {
  programs: readonly LogProgram[];
  memory: Pick<LogMemory, "places">;
  /** Calls before this instant are left out. */
  since: Instant;
  now: Instant;
  /** Ends the reading; what was read until then is delivered. */
  deadline: AbortSignal;
  /** Unpacks zstd; without it, packed logs are left out. */
  unpack?: (() => Transform) | undefined;
  /** Delivers calls, and returns once they are in good hands. What it throws ends everything. */
  deliver(calls: readonly ProgramCall[]): Promise<void>;
  /** Told when everything up to the places in the memory is delivered. */
  settled(): Promise<void>;
  /** Told how many logs are done; at last that all are. */
  progress(done: number, of: number): void;
}

export interface ProgramCall {
  program: LogProgram;
  call: LoggedCall;
}

export interface ImportSummary {
  /** Logs that were changed within the time that is asked for. */
  files: number;
  /** Lines that were no JSON, or beyond all measure. */
  skippedLines: number;
  /** Logs that could not be read, and packed ones that cannot be read here. */
  unreadable: number;
  packed: number;
  /** False when the deadline came first. */
  complete: boolean;
}

/** The most calls that are delivered at once. */
const most = 1_000;

/** Reads what was logged since the last run, and delivers every call in it once. */
export async function importLogs(options: ImportOptions): Promise<ImportSummary> {
  const { since, deadline, unpack } = options;
  const { places } = options.memory;
  const summary: ImportSummary = { files: 0, skippedLines: 0, unreadable: 0, packed: 0, complete: true };
  const pending: ProgramCall[] = [];
  const seen = new Set<string>();

  async function deliverPending(): Promise<void> {
    while (pending.length > 0) {
      await options.deliver(pending.slice(0, most));
      pending.splice(0, most);
    }
    await options.settled();
  }

  async function importLog(program: LogProgram, file: LogFile): Promise<void> {
    const known = places.get(file.path);
    const place = known !== undefined && known.since <= since ? known : undefined;
    for await (const part of readLog({ ...options, program, file, place, unpack })) {
      for (const call of part.calls) {
        if (call.at < since || seen.has(call.id)) continue;
        seen.add(call.id);
        pending.push({ program, call });
      }
      summary.skippedLines += part.skippedLines;
      if (part.place !== undefined) places.set(file.path, part.place);
      if (pending.length >= most) await deliverPending();
      if (deadline.aborted) {
        summary.complete = false;
        break;
      }
    }
  }

  const found = await listLogs(options.programs);
  const logs = found.filter(({ file }) => file.modifiedAt >= since);
  summary.files = logs.length;
  try {
    for (const [index, { program, file }] of logs.entries()) {
      if (!summary.complete) break;
      options.progress(index, logs.length);
      if (file.packed && unpack === undefined) summary.packed += 1;
      else summary.unreadable += await importLog(program, file).then(() => 0, unreadable);
    }
  } finally {
    options.progress(logs.length, logs.length);
  }
  forgetGone(options, new Set(found.map(({ file }) => file.path)));
  await deliverPending();
  return summary;
}

/** Counts a log that cannot be read. Throws anything else: a delivery that fails ends the run. */
function unreadable(error: unknown): 1 {
  if (isAppError(error) || !(error instanceof Error && "code" in error)) throw error;
  return 1;
}

async function listLogs(programs: readonly LogProgram[]) {
  const listed = programs.map(async (program) => {
    const files = await findLogFiles(program.folders);
    return files.map((file) => ({ program, file }));
  });
  return (await Promise.all(listed)).flat();
}

/** Forgets the logs of these programs that are no more. */
function forgetGone({ memory, programs }: ImportOptions, there: ReadonlySet<string>): void {
  const folders = programs.flatMap((program) => program.folders.map((folder) => join(folder, "/")));
  for (const path of memory.places.keys()) {
    if (!there.has(path) && folders.some((folder) => path.startsWith(folder))) memory.places.delete(path);
  }
}

import type { Transform } from "node:stream";
import type { Instant } from "../core/domain/quota.ts";
import type { LoggedCall, LogProgram, LogReader } from "../core/session-log.ts";
import type { LogFile } from "./report-log-files.ts";
import { createLineCutter } from "./report-log-lines.ts";
import type { LogPlace } from "./report-log-memory.ts";
import { openLog } from "./report-log-source.ts";

export interface ReadLogOptions {
  program: LogProgram;
  file: LogFile;
  /** How far it was read before. */
  place: LogPlace | undefined;
  /** What the place is worth: calls before this instant are left out. */
  since: Instant;
  /** Not later than the moment of reading: what has been quiet until then is finished. */
  now: Instant;
  /** For packed logs. */
  unpack: (() => Transform) | undefined;
}

/** What a part of a log tells. */
export interface LogPart {
  calls: LoggedCall[];
  /** Lines that were no JSON, or beyond all measure. */
  skippedLines: number;
  /** How far the log is read with this part; a packed one is only at its end. */
  place: LogPlace | undefined;
}

/** Reads what a log has gained, part by part, so that it never is in memory whole. Throws what the file system throws. */
export async function* readLog(options: ReadLogOptions): AsyncGenerator<LogPart> {
  const { program, file, place, since, now } = options;
  if (place !== undefined && isUnchanged(place, file)) {
    const reader = program.open(place.state);
    const calls = [...reader.settle(now)];
    yield { calls, skippedLines: 0, place: { ...place, state: reader.state() } };
    return;
  }
  const log = await openLog(file, place, file.packed ? options.unpack : undefined);
  try {
    const reader = program.open(log.state);
    const cutter = createLineCutter(log.offset);
    const from = log.offset > 0 && place !== undefined ? place.since : since;
    let { offset } = log;
    const reached = async () => ({ ...(await log.placeAt(offset)), since: from, state: reader.state() });

    for await (const part of log.parts()) {
      const calls: LoggedCall[] = [];
      let skippedLines = 0;
      for (const line of cutter.cut(part)) {
        const told = callsIn(reader, line.bytes);
        if (told === undefined) skippedLines += 1;
        else calls.push(...told);
        offset = line.end;
      }
      yield { calls, skippedLines, place: file.packed ? undefined : await reached() };
    }
    const { size, modifiedAt } = file;
    const calls = [...reader.settle(now)];
    yield { calls, skippedLines: 0, place: { ...(await reached()), size, modifiedAt } };
  } finally {
    await log.close();
  }
}

function isUnchanged(place: LogPlace, file: LogFile): boolean {
  return place.inode === file.inode && place.size === file.size && place.modifiedAt === file.modifiedAt;
}

/** Undefined for a line that cannot be understood. */
function callsIn(reader: LogReader, line: Uint8Array | undefined): readonly LoggedCall[] | undefined {
  if (line === undefined) return undefined;
  // Nothing, or what is left of an empty line of Windows.
  if (line.length < 2) return [];
  try {
    return reader.read(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import type { FileHandle } from "node:fs/promises";
import { type FoundLines, takeLine } from "./lines.ts";

const chunkSize = 128 * 1024;

/** A part of a file: what its lines hold. */
export interface ReadLines extends FoundLines {
  /** Behind its last line break. */
  end: number;
  /** Set for what follows the last line break of all. */
  isTorn?: true | undefined;
}

/**
 * Reads the lines of a file from one place to another, some at a time. What follows the last line break comes last, as
 * a part of its own.
 */
export async function* readLines(file: FileHandle, from: number, to: number): AsyncGenerator<ReadLines> {
  let rest: Buffer = Buffer.alloc(0);
  let position = from;
  while (position < to) {
    // A line longer than all that was read so far is read in ever longer steps, so that its length costs once.
    const room = Math.min(to - position, Math.max(chunkSize, rest.length));
    const buffer = Buffer.allocUnsafe(rest.length + room);
    rest.copy(buffer);
    const { bytesRead } = await file.read(buffer, rest.length, room, position);
    if (bytesRead === 0) break;
    const bytes = buffer.subarray(0, rest.length + bytesRead);
    const found = cut(bytes, position - rest.length);
    position += bytesRead;
    rest = bytes.subarray(found.end - (position - bytes.length));
    yield found;
  }
  if (rest.length === 0) return;
  const last: ReadLines = { values: [], damaged: [], end: position - rest.length, isTorn: true };
  takeLine(rest, last.end, last);
  yield last;
}

/** What the whole lines among bytes hold, the first of which stands at `start` of the file. */
function cut(bytes: Buffer, start: number): ReadLines {
  const found: ReadLines = { values: [], damaged: [], end: start };
  for (let from = 0; ; ) {
    const to = bytes.indexOf(10, from);
    if (to === -1) return found;
    takeLine(bytes.subarray(from, to), start + from, found);
    from = to + 1;
    found.end = start + from;
  }
}

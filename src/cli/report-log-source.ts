import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline, type Transform } from "node:stream";
import type { LogFile } from "./report-log-files.ts";
import type { LogPlace } from "./report-log-memory.ts";

/** A log that is open for reading from where it was left. */
export interface LogSource {
  /** Where reading begins, and what the reader knew there. */
  offset: number;
  state?: unknown;
  parts(): AsyncIterable<Uint8Array>;
  /** How far the log is reported. A packed log has no places within. */
  placeAt(offset: number): Promise<Pick<LogPlace, "inode" | "offset" | "mark">>;
  close(): Promise<void>;
}

const partSize = 256 * 1024;
const markSize = 256;

/**
 * Opens a log where it was left, or at its beginning when it is not the log it was. Throws what the file system throws.
 * @param unpack for packed logs, which are read whole
 */
export async function openLog(
  file: LogFile,
  place: LogPlace | undefined,
  unpack: (() => Transform) | undefined,
): Promise<LogSource> {
  const handle = await open(file.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { ino: inode, size } = await handle.stat();
    const goesOn =
      place !== undefined &&
      unpack === undefined &&
      place.inode === inode &&
      place.offset <= size &&
      place.mark === (await markAt(handle, place.offset));
    const { offset, state } = goesOn ? place : { offset: 0, state: undefined };
    return {
      offset,
      state,
      parts() {
        const bytes = handle.createReadStream({ start: offset, highWaterMark: partSize, autoClose: false });
        if (unpack === undefined) return bytes;
        const unpacked = unpack();
        // What goes wrong on the way is thrown by whoever reads the end of it.
        pipeline(bytes, unpacked, () => {});
        return unpacked;
      },
      async placeAt(reached) {
        const within = unpack === undefined ? reached : 0;
        return { inode, offset: within, mark: await markAt(handle, within) };
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A digest of the first bytes of a log and of the last ones before an offset. */
async function markAt(handle: FileHandle, offset: number): Promise<string> {
  const length = Math.min(markSize, offset);
  const hash = createHash("sha256");
  for (const position of [0, offset - length]) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position);
    hash.update(buffer.subarray(0, bytesRead));
  }
  return hash.digest("hex").slice(0, 32);
}

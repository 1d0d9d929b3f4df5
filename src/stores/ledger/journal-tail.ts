import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";

/** Long enough to hold the id of a record. */
const length = 4_096;

/**
 * CRC-32 of the last bytes before a place of a journal. It changes when a line before it is taken out, or the file is
 * cut off and grows again.
 */
export async function readTail(file: FileHandle, end: number): Promise<number> {
  const buffer = Buffer.alloc(Math.min(length, end));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, end - buffer.length);
  return crc32(buffer.subarray(0, bytesRead));
}

import { crc32 } from "node:zlib";

/**
 * A value as one line of a file that is only appended to: `["1a2b3c4d",<JSON>]`, itself JSON, with the CRC-32 of the
 * inner JSON before it. A flipped bit, or a line that was cut off, is found by it.
 */
export function sealLine(value: unknown): string {
  const json = JSON.stringify(value);
  return `["${crc32(json).toString(16).padStart(8, "0")}",${json}]\n`;
}

/** A value found in a file, and where its line begins. */
export interface FoundValue {
  start: number;
  value: unknown;
}

/** The whole of a file, or a part of it, as far as it makes sense. */
export interface FoundLines {
  values: FoundValue[];
  /** Lines that hold something else than one whole value. What could be saved of them is among the values. */
  damaged: Buffer[];
}

const head = '["00000000",'.length;

/** The value of a line without its line break; undefined when it is damaged. */
export function openLine(line: Buffer): unknown {
  if (line.length <= head) return undefined;
  const json = line.subarray(head, -1);
  if (crc32(json) !== Number.parseInt(line.toString("latin1", 2, 10), 16)) return undefined;
  try {
    return JSON.parse(json.toString());
  } catch {
    return undefined;
  }
}

/** Adds what a line without its line break holds to what was found. Empty lines hold nothing. */
export function takeLine(line: Buffer, start: number, found: FoundLines): void {
  if (line.length === 0) return;
  const value = openLine(line);
  if (value !== undefined) {
    found.values.push({ start, value });
    return;
  }
  found.values.push(...salvage(line, start));
  found.damaged.push(Buffer.from(line));
}

/**
 * What is whole in a damaged line: where a line break was damaged two lines run together, and of a last line only the
 * line break may be missing. No text within a value looks like the beginning of a line, as its quotes are escaped.
 */
function salvage(line: Buffer, start: number): FoundValue[] {
  const found: FoundValue[] = [];
  let from = nextHead(line, 0);
  while (from !== -1) {
    const next = nextHead(line, from + 1);
    const piece = line.subarray(from, next === -1 ? line.length : next);
    const value = openLine(piece) ?? openLine(piece.subarray(0, -1));
    if (value !== undefined) found.push({ start: start + from, value });
    from = next;
  }
  return found;
}

function nextHead(line: Buffer, from: number): number {
  for (let at = line.indexOf('["', from); at !== -1; at = line.indexOf('["', at + 1)) {
    if (beginsLine(line.subarray(at))) return at;
  }
  return -1;
}

/** Whether bytes begin as a line does. */
export function beginsLine(bytes: Buffer): boolean {
  return /^\["[0-9a-f]{8}",$/.test(bytes.toString("latin1", 0, head));
}

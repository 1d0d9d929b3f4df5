import { writeFile } from "node:fs/promises";
import type { Day } from "../../core/domain/day.ts";
import { type FoundLines, sealLine } from "../lines.ts";
import type { Entry } from "./journal.ts";
import { isHead } from "./journal-head.ts";
import type { Place } from "./place.ts";
import { decodeRecord } from "./record-line.ts";

/** The records among the lines of a day's journal, and what is none. */
export function entriesOf(found: FoundLines, day: Day): { entries: Entry[]; nonsense: readonly Buffer[] } {
  const entries: Entry[] = [];
  const nonsense = found.damaged;
  for (const { start, value } of found.values) {
    const record = decodeRecord(value, day);
    if (record !== undefined) entries.push({ start, record });
    else if (start > 0 || !isHead(value)) nonsense.push(Buffer.from(sealLine(value).trimEnd()));
  }
  return { entries, nonsense };
}

/** Moves a file out of the way that stands where a journal should, and says so. */
export async function moveAside(place: Place, path: string, what: string): Promise<void> {
  const movedTo = damagedName(place, path);
  await place.disk.rename(path, movedTo);
  place.log.error({ path, movedTo }, `${path} ${what}. Moved it to ${movedTo}.`);
}

/** Copies damaged lines beside the journal, and says so. The journal itself is left as it is. */
export async function keepDamaged(place: Place, path: string, lines: readonly Buffer[]): Promise<void> {
  const { log } = place;
  const copy = damagedName(place, path);
  const text = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
  try {
    await writeFile(copy, text, { mode: 0o600 });
  } catch (error) {
    log.warn({ path: copy, error: String(error) }, `Cannot copy damaged lines to ${copy}.`);
  }
  const count = lines.length === 1 ? "a damaged line" : `${lines.length} damaged lines`;
  log.error(
    { path, copy, lines: lines.length },
    `${path} has ${count}, copied to ${copy}. What is whole is kept.`,
  );
}

function damagedName({ clock }: Place, path: string): string {
  return `${path}.damaged-${new Date(clock.now()).toISOString().replaceAll(":", "-")}`;
}

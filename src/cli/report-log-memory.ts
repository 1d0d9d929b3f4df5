import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { replaceOwnFile } from "./own-file.ts";

const placeFields = z.object({
  inode: z.number(),
  /** Set when the log was read to its end: size and time of its last change then. */
  size: z.number().optional(),
  modifiedAt: z.number().optional(),
  /** Bytes of whole lines that were read. */
  offset: z.number(),
  /** A digest of what stands around the offset and at the beginning: another one, another log. */
  mark: z.string(),
  /** Calls before this instant were left out. */
  since: z.number(),
  /** What the reader needs to go on. */
  state: z.unknown().optional(),
});
const memoryFields = z.object({ version: z.literal(1), logs: z.record(z.string(), placeFields) });

/** How far a log was reported. */
export type LogPlace = z.output<typeof placeFields>;

/** How far each log was reported to one bot, by path. */
export interface LogMemory {
  places: Map<string, LogPlace>;
  /** Keeps the places for the next run. Throws what the file system throws. */
  save(): Promise<void>;
}

/** Reads what is remembered of one bot; nothing when that is missing or makes no sense. */
export async function openLogMemory(folder: string, bot: URL): Promise<LogMemory> {
  const name = createHash("sha256").update(bot.href).digest("hex").slice(0, 16);
  const path = join(folder, `logs-${name}.json`);
  const kept = await readFile(path, "utf8")
    .then(JSON.parse, () => undefined)
    .catch(() => undefined);
  const places = new Map(Object.entries(memoryFields.safeParse(kept).data?.logs ?? {}));
  return {
    places,
    async save() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceOwnFile(path, JSON.stringify({ version: 1, logs: Object.fromEntries(places) }));
    },
  };
}

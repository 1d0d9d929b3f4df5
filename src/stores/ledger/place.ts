import { join } from "node:path";
import type { Day } from "../../core/domain/day.ts";
import type { Clock, Log } from "../../core/ports.ts";
import type { Disk } from "../disk.ts";

/** Where a ledger lies on disk, and what it takes to work there. */
export interface Place {
  folder: string;
  log: Log;
  clock: Clock;
  disk: Disk;
  /** Throws when the folder is not ours any more. Called before anything is written. */
  check(): Promise<void>;
}

/** The files of a day. */
export function pathsOf({ folder }: Pick<Place, "folder">, day: Day) {
  return {
    journal: join(folder, `${day}.jsonl`),
    book: join(folder, `${day}.json`),
    ids: join(folder, `${day}.ids`),
  };
}

import type { FileHandle } from "node:fs/promises";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Day, isDay } from "../../core/domain/day.ts";
import type { QuotaSample } from "../../core/domain/history.ts";
import type { Log } from "../../core/ports.ts";
import { type Disk, ifThere, onDisk } from "../disk.ts";
import { makeFolder } from "../folder.ts";
import { readLines } from "../line-reader.ts";
import { openLine, sealLine } from "../lines.ts";
import { addTo, type SampleDay, type Thinned, utcDay } from "./sample-days.ts";
import { decodeSample, encodeMark, encodeSample, markOf } from "./sample-line.ts";

/** The files of a history, one for each day (UTC), with a line for each sample. Calls must not overlap. */
export interface SampleFiles {
  days(): Promise<readonly Day[]>;
  /** Undefined when there is no file. What is damaged in it, or of another day, is left out and said. */
  load(day: Day): Promise<SampleDay | undefined>;
  append(day: Day, samples: readonly QuotaSample[]): Promise<void>;
  /** How far the day was thinned before anything else was appended. */
  thinned(day: Day): Promise<Thinned | undefined>;
  /** Notes how far the day is thinned. */
  mark(day: Day, thinned: Thinned): Promise<void>;
  /** Replaces the file in one step. */
  replace(day: Day, samples: SampleDay, thinned: Thinned | undefined): Promise<void>;
}

export function createSampleFiles({
  folder,
  log,
  disk,
}: {
  folder: string;
  log: Log;
  disk: Disk;
}): SampleFiles {
  /** Days whose files are known to end with a line break. */
  const mended = new Set<Day>();

  const pathOf = (day: Day) => join(folder, `${day}.jsonl`);

  async function append(day: Day, text: string): Promise<void> {
    await makeFolder(folder);
    await withFile(disk, pathOf(day), "a", async (file) => {
      const { size } = await file.stat();
      // After a crash the last line may be cut off; an empty line does no harm.
      const isUnsure = !mended.has(day) && size > 0;
      try {
        await file.writeFile(isUnsure ? `\n${text}` : text);
      } catch (error) {
        // All of it is written again later, so nothing of it may stay.
        await file.truncate(size).catch(() => mended.delete(day));
        throw error;
      }
      mended.add(day);
    });
  }

  async function load(day: Day): Promise<SampleDay> {
    const samples: SampleDay = new Map();
    let damaged = 0;
    await withFile(disk, pathOf(day), "r", async (file) => {
      for await (const { values, damaged: lines } of readLines(file, 0, (await file.stat()).size)) {
        damaged += lines.length;
        for (const { value } of values) {
          const sample = decodeSample(value);
          if (sample !== undefined && utcDay(sample.at) === day) addTo(samples, [sample]);
          else if (markOf(value) === undefined) damaged += 1;
        }
      }
    });
    if (damaged > 0) {
      const path = pathOf(day);
      log.warn({ path, lines: damaged }, `${path} has damaged lines. They are left out of the history.`);
    }
    return samples;
  }

  async function replace(day: Day, samples: SampleDay, thinned: Thinned | undefined): Promise<void> {
    const draft = `${pathOf(day)}.tmp`;
    const lines = [...samples.values()].flat().map(encodeSample).map(sealLine);
    if (thinned !== undefined) lines.push(sealLine(encodeMark(thinned)));
    try {
      await withFile(disk, draft, "w", async (file) => {
        await file.writeFile(lines.join(""));
        await file.sync();
      });
      await disk.rename(draft, pathOf(day));
      mended.add(day);
    } catch (error) {
      await disk.rm(draft, { force: true }).catch(() => {});
      throw error;
    }
  }

  async function readMark(day: Day): Promise<Thinned | undefined> {
    return await withFile(disk, pathOf(day), "r", async (file) => {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, 64));
      await file.read(buffer, 0, buffer.length, size - buffer.length);
      const lastLine = buffer.toString("latin1").trimEnd().split("\n").at(-1) ?? "";
      return markOf(openLine(Buffer.from(lastLine, "latin1")));
    });
  }

  return {
    async days() {
      const names = (await onDisk(folder, () => ifThere(() => readdir(folder)))) ?? [];
      const days = names.filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -6));
      return days.filter(isDay);
    },
    load: (day) => onDisk(pathOf(day), () => ifThere(() => load(day))),
    append: (day, samples) =>
      onDisk(pathOf(day), () => append(day, samples.map((one) => sealLine(encodeSample(one))).join(""))),
    thinned: (day) => onDisk(pathOf(day), () => ifThere(() => readMark(day))),
    mark: (day, thinned) => onDisk(pathOf(day), () => append(day, sealLine(encodeMark(thinned)))),
    replace: (day, samples, thinned) => onDisk(pathOf(day), () => replace(day, samples, thinned)),
  };
}

async function withFile<T>(
  disk: Disk,
  path: string,
  flags: string,
  work: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await disk.open(path, flags, 0o600);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

import { randomUUID } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { z } from "zod";
import type { Day } from "../../core/domain/day.ts";
import { AppError } from "../../core/errors.ts";
import { openLine, sealLine } from "../lines.ts";

const version = 1;

const headLine = z.object({
  journal: z.string(),
  day: z.string().optional(),
  version: z.number(),
  continues: z.literal(true).optional(),
});

/** What a journal says of itself. */
export interface Head {
  /** Empty when the line is damaged. */
  id: string;
  /** Absent when it is not told, or the line is damaged. */
  day?: Day | undefined;
  /** Whether earlier records of the day were forgotten or lost before this journal began. */
  continues: boolean;
}

/** The head of a journal that begins now. */
export function newHead(day: Day, continues: boolean): Head {
  return { id: randomUUID(), day, continues };
}

/** The first line of a journal. */
export function encodeHead({ id, day, continues }: Head): string {
  return sealLine({ journal: id, day, version, continues: continues || undefined });
}

/** Whether a value of a journal is its head. */
export function isHead(value: unknown): boolean {
  return headLine.safeParse(value).success;
}

/**
 * Reads the head of a journal. Of one that is damaged the worst is assumed: that it continues another.
 *
 * @throws store_unavailable for one of a later version
 */
export async function readHead(file: FileHandle, path: string): Promise<Head> {
  const buffer = Buffer.alloc(256);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  const text = buffer.subarray(0, bytesRead);
  const found = headLine.safeParse(openLine(text.subarray(0, Math.max(0, text.indexOf("\n")))));
  if (!found.success) return { id: "", continues: true };
  if (found.data.version > version) {
    throw new AppError(
      "store_unavailable",
      `${path} was written by a newer quotabot (format ${found.data.version}, this one knows ${version}). ` +
        "Start the newer one, or set another dataDir.",
    );
  }
  const { journal, day, continues = false } = found.data;
  return { id: journal, day, continues };
}

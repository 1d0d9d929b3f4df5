import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { replaceOwnFile } from "./own-file.ts";

const memoryFile = z.object({ at: z.number(), digest: z.string(), arrived: z.boolean() });

/** Milliseconds between two reports of the same numbers, and after one that did not arrive. */
const pause = 60_000;

/** What was reported last of one account to one bot, kept in a small file: the reporter is a new process every time. */
export interface ReportMemory {
  /** Whether these numbers are due: others than the last time, or a minute has passed; after a failure only the latter. */
  isDue(content: unknown, now: Instant): Promise<boolean>;
  /** Remembers how a report went. Never throws: forgetting only means reporting once more. */
  keep(content: unknown, outcome: { at: Instant; arrived: boolean }): Promise<void>;
}

/** @param key tells this account at this bot apart from others; a digest of it names the file */
export function createReportMemory(folder: string, key: string): ReportMemory {
  const path = join(folder, `quotabot-report-${digestOf(key).slice(0, 24)}.json`);
  return {
    async isDue(content, now) {
      const last = await readMemory(path);
      if (last === undefined || now - last.at >= pause || now < last.at) return true;
      return last.arrived && last.digest !== digestOf(content);
    },
    async keep(content, { at, arrived }) {
      const text = JSON.stringify({ at, digest: digestOf(content), arrived });
      await replaceOwnFile(path, text).catch(() => {});
    },
  };
}

async function readMemory(path: string): Promise<z.output<typeof memoryFile> | undefined> {
  try {
    return memoryFile.safeParse(JSON.parse(await readFile(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

function digestOf(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock, Log } from "../../src/core/ports.ts";

export const clock: Clock = { now: () => Date.now() };

/** An empty folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quotabot-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A log that keeps its lines as "level: sentence". */
export function recordingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (_fields: object, message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return { lines, debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

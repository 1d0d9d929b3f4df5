import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "./disk.ts";

/**
 * Makes a folder for the owner only, and those above it that are missing. Unlike Node's own recursive mkdir it ends
 * where the system pretends that a parent is missing, as under /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

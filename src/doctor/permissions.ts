import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "../core/messages/doctor.ts";
import { count } from "../core/messages/format.ts";

/** More files than this are not looked at. */
const mostFiles = 5_000;
const others = 0o077;

/**
 * Whether other users of the machine can read what the bot keeps. Windows has no such bits: nothing is said there.
 * @param options.folder the data folder; it need not be there yet
 * @param options.variables the `.env` beside the configuration; it need not be there
 */
export async function examinePermissions(options: {
  folder: string;
  variables: string;
}): Promise<readonly Finding[]> {
  if (process.platform === "win32") return [];
  const { folder, variables } = options;
  const named = { check: "permissions", name: "File permissions" } as const;
  const findings: Finding[] = [];
  if (await isOpen(variables)) {
    findings.push({
      ...{ ...named, level: "warning" },
      message: `${variables} can be read by other users of this machine`,
      todo: `Run: chmod 600 ${variables}`,
    });
  }
  const open = await openBelow(folder);
  if (open.length > 0) {
    const rest = open.length > 1 ? ` and ${count(open.length - 1, "more file")}` : "";
    findings.push({
      ...{ ...named, level: "warning" },
      message: `other users of this machine can read ${open[0]}${rest}`,
      todo: `Run: chmod -R go-rwx ${folder}`,
    });
  }
  if (findings.length > 0) return findings;
  return [{ ...named, level: "ok", message: `nobody else can read ${folder}` }];
}

/** Files and folders that others can enter or read, the folder itself first. Below a closed folder nobody gets to any. */
async function openBelow(folder: string): Promise<string[]> {
  if (!(await isOpen(folder))) return [];
  const found = [folder];
  try {
    for await (const entry of await opendir(folder, { recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (await isOpen(path)) found.push(path);
      if (found.length >= mostFiles) break;
    }
  } catch {
    // What may not be listed is told where the store is looked at.
  }
  return found;
}

async function isOpen(path: string): Promise<boolean> {
  const about = await stat(path).catch(() => undefined);
  return about !== undefined && (about.mode & others) !== 0;
}

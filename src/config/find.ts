import { dirname, isAbsolute, join, relative } from "node:path";
import { parseEnv } from "node:util";
import { type FileText, readText, resolvePath } from "./files.ts";
import type { Environment } from "./references.ts";

/** A file of settings with its text, or why it cannot be read. */
export interface FoundFile {
  /** Absolute. */
  path: string;
  /** The path from the current folder when it is in there, to show to people. */
  name: string;
  content: FileText;
}

const usualNames = ["quotabot.yml", "quotabot.yaml"];

/** The file that is named, else the first usual one that is there; undefined when none is named and none there. */
export async function findFile(options: {
  path?: string | undefined;
  environment: Environment;
  cwd: string;
  home: string;
}): Promise<FoundFile | undefined> {
  const { cwd, home, environment } = options;
  const named = options.path ?? (environment.QUOTABOT_CONFIG || undefined);
  for (const candidate of named === undefined ? usualNames : [named]) {
    const path = resolvePath(candidate, { folder: cwd, home });
    const content = await readText(path);
    const absent = "absent" in content && content.absent === true;
    if (named !== undefined || !absent) return { path, name: shortName(path, cwd), content };
  }
  return undefined;
}

/** The variables in the `.env` beside a file; none when there is no such file. */
export async function readVariables(
  beside: string,
): Promise<{ variables: Environment; problem?: string | undefined }> {
  const content = await readText(join(dirname(beside), ".env"));
  if ("text" in content) return { variables: parseEnv(content.text) };
  return { variables: {}, problem: content.absent ? undefined : `.env: ${content.problem}` };
}

function shortName(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

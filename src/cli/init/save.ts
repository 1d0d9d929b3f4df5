import { constants } from "node:fs";
import { access, copyFile, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError } from "../../core/errors.ts";
import { replaceOwnFile } from "../own-file.ts";
import type { Setup } from "./setup.ts";

/** A configuration and the variables beside it, not yet written. */
export interface Draft {
  /** Of the configuration; absolute. */
  path: string;
  yaml: string;
  /** The whole text of `.env`; undefined: it stays as it is. */
  variables: string | undefined;
  /** Variables that the person sets later, which therefore cannot be missed yet. */
  left: readonly string[];
}

/** A file's text; undefined when there is none. Throws store_unavailable when it cannot be read. */
export async function readOwn(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new AppError("store_unavailable", `${path} cannot be read (${error.code}).`);
  });
}

/** Throws store_unavailable when nothing can be written in the folder: better before all the questions than after. */
export async function assertWritable(folder: string): Promise<void> {
  await access(folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "there is no such folder" : (error.code ?? "no permission");
    throw new AppError("store_unavailable", `Nothing can be written in ${folder}: ${why}.`);
  });
}

/**
 * Checks the draft as the bot would read it and then writes both files, each in one step and readable by their owner
 * alone. A configuration that was there is copied first; resolves with the copy's path. Throws config_invalid with
 * nothing written, or store_unavailable.
 */
export async function save(
  draft: Draft,
  setup: Pick<Setup, "check" | "environment">,
): Promise<string | undefined> {
  const { path, yaml, variables, left } = draft;
  const beside = join(dirname(path), ".env");
  try {
    await rehearse(draft, beside, setup);
    const copy = await keepCopy(path);
    if (variables !== undefined) await replaceOwnFile(await behindLinks(beside), variables);
    await replaceOwnFile(await behindLinks(path), yaml);
    await setup.check(path, withLeft(setup.environment, left));
    return copy;
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new AppError("store_unavailable", `${path} cannot be written (${code}).`);
  }
}

/** Reads what would be written, from a folder that is removed again. */
async function rehearse(
  draft: Draft,
  beside: string,
  setup: Pick<Setup, "check" | "environment">,
): Promise<void> {
  const folder = await mkdtemp(join(dirname(draft.path), ".quotabot-init-"));
  try {
    const path = join(folder, basename(draft.path));
    const variables = draft.variables ?? (await readOwn(beside));
    await writeFile(path, draft.yaml, { mode: 0o600 });
    if (variables !== undefined) await writeFile(join(folder, ".env"), variables, { mode: 0o600 });
    await setup.check(path, withLeft(setup.environment, draft.left));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withLeft(environment: Setup["environment"], left: readonly string[]): Setup["environment"] {
  return { ...environment, ...Object.fromEntries(left.map((name) => [name, "set-later"])) };
}

/** A link stays a link; what it leads to is replaced. */
async function behindLinks(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function keepCopy(path: string): Promise<string | undefined> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return undefined;
  for (let number = 1; ; number += 1) {
    const copy = number === 1 ? `${path}.bak` : `${path}.bak${number}`;
    try {
      await copyFile(path, copy, constants.COPYFILE_EXCL);
      return copy;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

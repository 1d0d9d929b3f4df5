import { access, constants } from "node:fs/promises";
import type { Finding } from "../core/messages/doctor.ts";
import { count, listNames } from "../core/messages/format.ts";

/** A file of a provider's own program that an account is read with. */
export interface CredentialFile {
  /** The account's name. */
  account: string;
  path: string;
}

/** Whether the credential files can be read. What is in them is told with the account. */
export async function examineCredentialFiles(files: readonly CredentialFile[]): Promise<readonly Finding[]> {
  if (files.length === 0) return [];
  const looked = await Promise.all(files.map(async (file) => ({ ...file, fault: await faultOf(file.path) })));
  const named = { check: "credentials" } as const;
  const bad = looked.flatMap(({ account, path, fault }): Finding[] => {
    if (fault === undefined) return [];
    const message = `the credential file of ${account} ${fault.what}: ${path}`;
    return [{ ...named, name: "Credential files", level: "problem", message, todo: fault.todo }];
  });
  const good = looked.filter(({ fault }) => fault === undefined).map(({ account }) => account);
  if (good.length === 0) return bad;
  const message = `${count(good.length, "file")} can be read (${listNames(good)})`;
  return [...bad, { ...named, name: "Credential files", level: "ok", message }];
}

async function faultOf(path: string): Promise<{ what: string; todo: string } | undefined> {
  try {
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR"
      ? { what: "is not there", todo: "Sign in with the program it belongs to, or name the right file." }
      : {
          what: `cannot be read (${code})`,
          todo: "Let the user who runs quotabot read it, or name another file.",
        };
  }
}

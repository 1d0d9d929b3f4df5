import { randomUUID } from "node:crypto";
import type { Settings } from "../core/ports.ts";
import { createForgetUser, type ForgetUser } from "../core/services/forget-user.ts";
import { createUserNames } from "../ingest/users.ts";
import type { Core } from "./core.ts";

/** Forgets people by their names, and by the pseudonyms that they may have been kept under. */
export function createForgetting(core: Pick<Core, "accounts" | "store" | "readQuotas">): ForgetUser {
  const { settings, ledger } = core.store;
  return async (user) => {
    const pseudonymOf = createUserNames({ mode: "hash", salt: await userSalt(settings) });
    const namesOf = (name: string) => [name, pseudonymOf(name) ?? name];
    return await createForgetUser({ ...core, ledger, namesOf })(user);
  };
}

/** Keeps pseudonyms from being guessed by hashing the names of everybody in the team; the same for good. */
export async function userSalt(settings: Settings): Promise<string> {
  const kept = await settings.get("user salt");
  if (typeof kept === "string") return kept;
  const salt = randomUUID();
  // Of several processes that start together one makes it.
  if (await settings.swap("user salt", undefined, salt)) return salt;
  return await userSalt(settings);
}

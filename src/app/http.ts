import { randomUUID } from "node:crypto";
import type { Config } from "../config.ts";
import type { Settings } from "../core/ports.ts";
import { createAcceptSnapshots } from "../core/services/accept-snapshot.ts";
import { createHttpServer, type HttpServer } from "../http/server.ts";
import { parsePushedSnapshot } from "../ingest/pushed-snapshot.ts";
import { createStatusLines } from "../ingest/statusline.ts";
import { createUserNames } from "../ingest/users.ts";
import type { createCore, Machine } from "./core.ts";

/** The HTTP interface of a bot; undefined when its configuration has none. */
export async function createHttp(
  config: Config,
  options: ReturnType<typeof createCore> &
    Pick<Machine, "providers" | "clock" | "log"> & { settings: Settings },
): Promise<HttpServer | undefined> {
  if (config.http === undefined) return undefined;
  const acceptSnapshots = createAcceptSnapshots({
    ...options,
    statusLine: createStatusLines(options.providers).readFor,
    nameUser: createUserNames({ mode: config.privacy.users, salt: await userSalt(options.settings) }),
  });
  return createHttpServer({
    ...options,
    ...config.http,
    acceptSnapshot: async (body) => await acceptSnapshots.accept(parsePushedSnapshot(body)),
  });
}

/** Keeps pseudonyms from being guessed by hashing the names of everybody in the team; the same for good. */
async function userSalt(settings: Settings): Promise<string> {
  const kept = await settings.get("user salt");
  if (typeof kept === "string") return kept;
  const salt = randomUUID();
  await settings.set("user salt", salt);
  return salt;
}

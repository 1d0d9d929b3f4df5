import { resolve } from "node:path";
import type { z } from "zod";
import type { Account } from "../core/domain/account.ts";
import type { Provider } from "../core/provider.ts";
import { checkCredentials } from "./credentials.ts";
import { listOf, mapOf, textOf } from "./glimpse.ts";
import { type Path, type Problem, quoted, suggestion } from "./problems.ts";
import type { schema } from "./schema.ts";
import { checkUnique } from "./unique.ts";
import { duration, durationText } from "./values.ts";
import { checkWindows } from "./windows.ts";

const usualInterval = 10 * 60_000;

/** An account as the rest of the program sees it, from one whose checks found nothing. */
export function resolveAccount(
  written: z.output<typeof schema>["accounts"][number],
  providers: readonly Provider[],
  from: { folder: string },
): Account {
  const { id, provider, label, acceptUnofficial, credentials, baseUrl, tags, windows, push, usage } = written;
  const floor = providers.find((candidate) => candidate.id === provider)?.minInterval ?? 0;
  const file = credentials?.file;
  return {
    id,
    provider,
    label,
    acceptUnofficial,
    // `~` and `$NAME` at the start stay: they are looked up when the file is read.
    credentials:
      file === undefined || /^[~$]/.test(file)
        ? credentials
        : { ...credentials, file: resolve(from.folder, file) },
    interval: written.interval ?? Math.max(floor, usualInterval),
    baseUrl,
    tags,
    push,
    windows,
    usage,
  };
}

/** What the fields of the accounts must be to each other and to the providers. */
export function checkAccounts(settings: unknown, providers: readonly Provider[]): Problem[] {
  const byId = new Map(providers.map((provider) => [provider.id, provider]));
  const accounts = mapOf(settings).accounts;
  const problems = listOf(accounts).flatMap((value, index): Problem[] => {
    const path = ["accounts", index];
    const account = mapOf(value);
    const name = textOf(account.provider);
    const provider = byId.get(name ?? "");
    const windows = checkWindows(account.windows, [...path, "windows"]);
    if (name === undefined || name === "") return windows;
    if (provider === undefined) {
      const message = `no provider is called ${quoted(name)}${suggestion(name, [...byId.keys()])}`;
      return [{ path: [...path, "provider"], message }, ...windows];
    }
    return [
      ...(isPushed(account) ? checkPush(account, path) : []),
      ...checkInterval(account, path, provider),
      ...checkCredentials(account.credentials, [...path, "credentials"], provider),
      ...windows,
    ];
  });
  return [...problems, ...checkUnique(accounts, ["accounts"], "id")];
}

/** Whether people's machines tell the account's numbers. */
export function isPushed({ push }: Readonly<Record<string, unknown>>): boolean {
  return push === true || push === "true";
}

/** An account that people's machines report on is never read, so it needs no consent and no credentials. */
function checkPush({ credentials }: Readonly<Record<string, unknown>>, path: Path): Problem[] {
  if (credentials === undefined) return [];
  const message = "does not go together with `push: true`: such an account is never read by the bot";
  return [{ path: [...path, "credentials"], message }];
}

function checkInterval(
  account: Readonly<Record<string, unknown>>,
  path: Path,
  provider: Provider,
): Problem[] {
  const interval = duration.safeParse(account.interval);
  if (!interval.success || interval.data >= provider.minInterval) return [];
  const message = `must be at least ${durationText(provider.minInterval)}, the least that ${provider.name} allows`;
  return [{ path: [...path, "interval"], message }];
}

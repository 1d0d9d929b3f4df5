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

/** A window that the team wrote down because the provider reports no limit. */
type OwnWindow = z.output<typeof schema>["accounts"][number]["windows"][number];

/** An account with what the team says of its windows. */
export interface ConfiguredAccount extends Account {
  windows: readonly OwnWindow[];
}

/** An account as the rest of the program sees it, from one whose checks found nothing. */
export function resolveAccount(
  written: z.output<typeof schema>["accounts"][number],
  providers: readonly Provider[],
  from: { folder: string },
): ConfiguredAccount {
  const { id, provider, label, credentials, baseUrl, tags, windows } = written;
  const floor = providers.find((candidate) => candidate.id === provider)?.minInterval ?? 0;
  const file = credentials?.file;
  return {
    id,
    provider,
    label,
    // `~` and `$NAME` at the start stay: they are looked up when the file is read.
    credentials:
      file === undefined || /^[~$]/.test(file)
        ? credentials
        : { ...credentials, file: resolve(from.folder, file) },
    interval: written.interval ?? Math.max(floor, usualInterval),
    baseUrl,
    tags,
    windows,
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
      ...checkConsent(account, path, provider),
      ...checkInterval(account, path, provider),
      ...checkCredentials(account.credentials, [...path, "credentials"], provider),
      ...windows,
    ];
  });
  return [...problems, ...checkUnique(accounts, ["accounts"], "id")];
}

function checkConsent(account: Readonly<Record<string, unknown>>, path: Path, provider: Provider): Problem[] {
  const consent = account.acceptUnofficial;
  // Anything that is neither yes nor no is a problem of its own.
  const refused = consent === undefined || consent === false || consent === "false";
  if (provider.official || !refused) return [];
  const message =
    `${provider.name} publishes no API for this: the vendor may forbid reading its quota this way, change it at ` +
    "any time or block the account; write `acceptUnofficial: true` if you accept that";
  return [{ path: [...path, "acceptUnofficial"], message }];
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

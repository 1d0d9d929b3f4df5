import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { z } from "zod";
import type { Account } from "../../core/domain/account.ts";
import { accountName } from "../../core/domain/account.ts";
import { AppError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";
import { type Http, type Provider, secretEnvironment } from "../../core/provider.ts";
import { expandPlace, readDocument } from "./credential-file.ts";
import { createOwnedTokens } from "./owned-tokens.ts";

export interface CredentialsOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** The home folder, for `~`. */
  home: string;
  /** Where the refresh tokens that the bot owns are kept; made when needed. */
  folder: string;
  clock: Clock;
}

/** What a provider is given for one account. */
interface Resolved {
  /** As the provider's schema wants them. */
  settings: unknown;
  /**
   * Only for a sign-in the bot owns: the settings with a new access token, for when the provider refused these.
   * Rejects like `resolve`.
   */
  renew?: (() => Promise<unknown>) | undefined;
}

export interface Credentials {
  /**
   * The settings of an account: as configured, else from the environment, else from the file of the provider's own
   * CLI, which is never written. `http` is asked when an owned sign-in has to be renewed.
   * @throws provider_credentials_missing, provider_auth_rejected (sign in again), or what the renewal met.
   */
  resolve(account: Account, provider: Provider, http: Http): Promise<Resolved>;
  /** Changes whenever somebody changed the credential or the address; tells nothing about either. */
  key(account: Account, provider: Provider): Promise<string>;
  /** Resolves once no renewal is under way: a new refresh token that is not yet on disk would be lost. */
  settled(): Promise<void>;
}

/** Turns what the configuration says of an account into what its provider needs. */
export function createCredentials(options: CredentialsOptions): Credentials {
  const { environment, home } = options;
  const owned = createOwnedTokens(options);

  /** Secrets that the configuration left to the environment. */
  function fromEnvironment(provider: Provider, given: Record<string, unknown>): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [name, variable] of secretsOf(provider)) {
      const value = environment[variable]?.trim();
      if (given[name] === undefined && value !== undefined && value !== "") found[name] = value;
    }
    return found;
  }

  /** The file the account names, or else the first usual one that is there. */
  async function findFile(provider: Provider, file: string | undefined): Promise<string | undefined> {
    if (file !== undefined) return expandPlace(file, home, environment);
    for (const place of provider.signIn?.files ?? []) {
      const path = expandPlace(place, home, environment);
      if (path !== undefined && (await exists(path))) return path;
    }
    return undefined;
  }

  /** Where the settings come from, without reading them. */
  async function locate(account: Account, provider: Provider) {
    const { file, refreshToken, clientId, clientSecret, ...given } = account.credentials ?? {};
    if (refreshToken !== undefined) return { given, refreshToken, clientId, clientSecret };
    if (file !== undefined) return { given, path: await findFile(provider, file) };
    const settings = { ...fromEnvironment(provider, given), ...given };
    const complete = secretsOf(provider).every(([name]) => name in settings);
    return complete ? { given: settings } : { given: settings, path: await findFile(provider, undefined) };
  }

  return {
    async resolve(account, provider, http) {
      const found = await locate(account, provider);
      const { signIn } = provider;
      if (found.refreshToken !== undefined) {
        const { refreshToken, clientId, clientSecret } = found;
        if (signIn === undefined || clientId === undefined) {
          throw missing(
            `${accountName(account)}: a refreshToken needs a clientId, and a provider that signs in.`,
          );
        }
        const request = (token: string) => signIn.refresh({ refreshToken: token, clientId, clientSecret });
        const sign = { account: account.id, name: provider.name, refreshToken, request, http };
        const settings = (accessToken: string) => parse(account, provider, { ...found.given, accessToken });
        const current = await owned.accessToken(sign);
        return {
          settings: settings(current),
          renew: async () => settings(await owned.accessToken(sign, current)),
        };
      }
      if (found.path === undefined) return { settings: parse(account, provider, found.given) };
      if (signIn === undefined) throw missing(`${provider.name} takes no credentials file: give its key.`);
      const fromFile = signIn.fromFile(await readDocument(found.path, provider.name)) as object;
      return { settings: parse(account, provider, { ...fromFile, ...found.given }) };
    },

    async key(account, provider) {
      const { path, ...found } = await locate(account, provider);
      const file = path === undefined ? undefined : await stat(path).catch(() => undefined);
      const { acceptUnofficial } = account;
      const parts = [
        account.provider,
        acceptUnofficial,
        account.baseUrl,
        found,
        path,
        file?.mtimeMs,
        file?.size,
      ];
      return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
    },

    settled: () => owned.settled(),
  };
}

async function exists(path: string): Promise<boolean> {
  // A file that is there but may not be read is found, and complained about when it is read.
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );
}

/** The settings that must not be missing and are secret, with their environment variables. */
function secretsOf(provider: Provider): [name: string, variable: string][] {
  return Object.entries(provider.settings.shape as Record<string, z.ZodType>).flatMap(([name, schema]) => {
    const variable = secretEnvironment(schema);
    return variable === undefined || schema instanceof z.ZodOptional ? [] : [[name, variable]];
  });
}

function parse(account: Account, provider: Provider, settings: object): unknown {
  const parsed = provider.settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const lacking = secretsOf(provider).filter(([name]) => !(name in settings));
  if (lacking.length > 0) throw missing(howToGive(provider, lacking));
  const names = parsed.error.issues.map((issue) => issue.path.join("."));
  throw missing(`The credentials of ${accountName(account)} are not right: check ${names.join(", ")}.`);
}

function howToGive(provider: Provider, lacking: [name: string, variable: string][]): string {
  const variables = lacking.map(([, variable]) => variable).join(" and ");
  const names = lacking.map(([name]) => name).join(", ");
  const file = provider.signIn?.files.at(-1);
  const signIn = file === undefined ? "" : `, or sign in with its own program, which keeps ${file}`;
  return `No credential for ${provider.name}: set ${variables}, or \`credentials: { ${names} }\` on the account${signIn}.`;
}

function missing(message: string): AppError {
  return new AppError("provider_credentials_missing", message);
}

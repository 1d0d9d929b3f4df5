import type { Dispatcher } from "undici";
import type { Account } from "../../core/domain/account.ts";
import { AppError, isAppError } from "../../core/errors.ts";
import type { Clock, Log } from "../../core/ports.ts";
import { consentNeeded, type Provider, type ProviderReading } from "../../core/provider.ts";
import { createHttp } from "../kit/http.ts";
import type { Credentials } from "./credentials.ts";
import { soundReading } from "./sound-reading.ts";

export interface ReaderOptions {
  providers: readonly Provider[];
  credentials: Credentials;
  /** Shared connections; the reader does not close them. */
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
}

export interface Reader {
  /**
   * Reads an account once, now. Numbers are finite and ids distinct in what it resolves with.
   * @throws AppError with a provider_ code, store_unavailable (a renewed sign-in cannot be kept) or config_invalid
   * (no such provider); never anything else.
   */
  read(account: Account, signal: AbortSignal): Promise<ProviderReading>;
  /** Opaque; changes whenever somebody changed the account's credential or address. */
  credentialKey(account: Account): Promise<string>;
  /** Resolves once no sign-in is being renewed. Wait for it before the process ends. */
  settled(): Promise<void>;
}

/** Reads accounts: finds the provider, its settings and its connections, and does not trust what comes back. */
export function createReader(options: ReaderOptions): Reader {
  const { credentials, clock, log } = options;
  const reported = new Set<string>();

  function providerOf(account: Account): Provider {
    const provider = options.providers.find(({ id }) => id === account.provider);
    if (provider !== undefined) return provider;
    throw new AppError("config_invalid", `There is no provider "${account.provider}".`);
  }

  function httpFor(account: Account, provider: Provider, signal: AbortSignal) {
    return createHttp({
      name: provider.name,
      hosts: provider.hosts,
      baseUrl: addressOf(account, provider),
      dispatcher: options.dispatcher,
      signal,
      now: () => clock.now(),
      onUnknownKeys(keys) {
        const fresh = keys.filter((key) => !reported.has(`${provider.id} ${key}`));
        if (fresh.length === 0) return;
        for (const key of fresh) reported.add(`${provider.id} ${key}`);
        log.info({ provider: provider.id, keys: fresh }, "the provider's answer has keys that are not known");
      },
    });
  }

  async function readOnce(
    account: Account,
    provider: Provider,
    signal: AbortSignal,
  ): Promise<ProviderReading> {
    const http = httpFor(account, provider, signal);
    // A renewal that is cut off may have used up the refresh token, so no signal ends it.
    const renewal = credentials.resolve(
      account,
      provider,
      httpFor(account, provider, new AbortController().signal),
    );
    const { settings, renew } = await unlessAborted(renewal, provider, signal);
    const readWith = (settings: unknown) => provider.read({ http, now: clock.now(), settings });
    try {
      return await readWith(settings);
    } catch (error) {
      if (renew === undefined || !isAppError(error, "provider_auth_rejected")) throw error;
      return await readWith(await unlessAborted(renew(), provider, signal));
    }
  }

  return {
    async read(account, signal) {
      const provider = providerOf(account);
      if (!provider.official && !account.acceptUnofficial) {
        throw new AppError("provider_needs_action", `Not read: ${consentNeeded(provider)}`);
      }
      try {
        return soundReading(await readOnce(account, provider, signal));
      } catch (error) {
        if (isAppError(error)) throw error;
        log.error(
          { provider: provider.id, account: account.id, ...traceOf(error) },
          "a provider failed unexpectedly",
        );
        throw new AppError(
          "provider_unexpected_response",
          `${provider.name} answered in a way that this version does not understand.`,
        );
      }
    },
    credentialKey: async (account) => credentials.key(account, providerOf(account)),
    settled: () => credentials.settled(),
  };
}

/** What replaces the provider's hosts; undefined when they are asked themselves. */
function addressOf(account: Account, provider: Provider): string | undefined {
  const { selfHosted } = provider;
  const address = account.baseUrl ?? selfHosted?.usualUrl;
  if (address !== undefined || selfHosted === undefined) return address;
  throw new AppError(
    "provider_credentials_missing",
    `Everybody runs ${provider.name} for themselves: write the address of yours as \`baseUrl\` on the account.`,
  );
}

/** Rejects when the read is aborted, and leaves what it waited for to go on. */
async function unlessAborted<T>(promise: Promise<T>, provider: Provider, signal: AbortSignal): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new AppError("provider_unreachable", `${provider.name} did not answer in time.`));
  });
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Where it happened and what kind it is. The text is left out: it may repeat what the provider answered. */
function traceOf(error: unknown): object {
  if (!(error instanceof Error)) return { kind: typeof error };
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return { kind: error.name, at: frames.slice(0, 3).map((line) => line.trim()) };
}

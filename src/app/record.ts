import type { Recorded } from "../cli/record.ts";
import type { Config } from "../config.ts";
import { createTargets } from "../core/commands/targets.ts";
import type { Account } from "../core/domain/account.ts";
import { AppError } from "../core/errors.ts";
import { didYouMean } from "../core/matching.ts";
import type { Provider } from "../core/provider.ts";
import { isRecorded, makeFixture } from "../providers/recording/fixture.ts";
import { createRecorder } from "../providers/recording/recorder.ts";
import { readLock } from "../stores/folder-lock.ts";
import { createAccountReader, type Machine } from "./core.ts";

/**
 * Reads an account of the configuration once, for real and without regard to floors, and makes a fixture of it. An
 * answer that is a refusal makes one too.
 * @throws AppError request_invalid for an account nobody knows, conflict when a running bot owns its sign-in, and
 * whatever kept the provider from being asked.
 */
export async function recordAccount(config: Config, machine: Machine, id: string): Promise<Recorded> {
  const { account, provider } = find(config, machine, id);
  await checkSignIn(config, machine, account);
  const recorder = createRecorder(machine.dispatcher);
  const reader = createAccountReader(config, {
    ...machine,
    dispatcher: recorder.dispatcher,
    providers: [recorder.watch(provider)],
  });
  const failure = await reader.read(account, AbortSignal.timeout(20_000)).then(
    () => undefined,
    (error: unknown) => error,
  );
  await reader.settled();
  const read = recorder.read();
  if (!isRecorded(read)) {
    throw failure ?? new AppError("provider_not_applicable", `${provider.name} is not asked anything.`);
  }
  const made = await makeFixture(provider, read, config.secrets);
  return { provider: provider.id, at: read.now, ...made };
}

function find(config: Config, machine: Machine, id: string): { account: Account; provider: Provider } {
  const account = config.accounts.find((account) => account.id === id);
  const provider = machine.providers.find((provider) => provider.id === account?.provider);
  if (account !== undefined && provider !== undefined) return { account, provider };
  const hint = didYouMean(createTargets(config.accounts, new Map()).suggest(id));
  throw new AppError("request_invalid", `No account is called "${id}".${hint}`);
}

/** Two processes that renew one sign-in would use up each other's. */
async function checkSignIn(config: Config, machine: Machine, account: Account): Promise<void> {
  if (account.credentials?.refreshToken === undefined) return;
  const holder = await readLock(config.dataDir, machine.clock).catch(() => undefined);
  if (holder === undefined) return;
  throw new AppError(
    "conflict",
    `A bot (process ${holder.pid}) renews the sign-in of ${account.id}: stop it, then record.`,
  );
}

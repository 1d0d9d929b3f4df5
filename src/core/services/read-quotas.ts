import pLimit from "p-limit";
import type { Account } from "../domain/account.ts";
import { isLeftToReports } from "../domain/pushed.ts";
import type { AccountState, Instant, Snapshot } from "../domain/quota.ts";
import { type Attempt, afterFailure, afterSuccess, isDue } from "../domain/snapshot.ts";
import { AppError, type ErrorCode } from "../errors.ts";
import type { Clock, Log, Snapshots } from "../ports.ts";
import type { ProviderReading } from "../provider.ts";

export interface AccountReader {
  /** Reads one account at its provider; `owner` comes as a hash. Throws AppError with a provider_ code. */
  read(account: Account, signal: AbortSignal): Promise<ProviderReading>;
  /** Changes when somebody changed the account's credential or address; see `Snapshot.credentialKey`. */
  credentialKey(account: Account): Promise<string>;
  /** The provider's floor between two reads, in milliseconds. */
  minInterval(account: Account): number;
}

export interface ReadQuotasOptions {
  accounts: readonly Account[];
  reader: AccountReader;
  snapshots: Snapshots;
  clock: Clock;
  log: Log;
  /** From 0 to 1, for jitter. */
  random: () => number;
  /** Accounts read at the same time. */
  concurrency?: number | undefined;
  /** Milliseconds of real time after which one account's read is given up. */
  deadline?: number | undefined;
}

/**
 * Which accounts to read: `due` those whose interval is over and that may recover by themselves, `allowed` all that
 * their provider's floor lets through, because a person asks.
 */
export type Urgency = "due" | "allowed";

export interface ReadQuotas {
  accounts: readonly Account[];
  /** Takes over what is stored and newer: of before the last stop, or read by another process meanwhile. */
  restore(): Promise<void>;
  /** The last snapshot of an account; undefined before its first read has ended. */
  snapshot(account: string): Snapshot | undefined;
  /** Whether the account is being read right now. */
  isReading(account: string): boolean;
  /**
   * Reads those of the accounts that may be read, and waits for those being read already. Resolves when all of these
   * reads have ended, with how many there were. Never throws.
   */
  read(accounts: readonly Account[], urgency: Urgency): Promise<number>;
  /**
   * Makes a snapshot that a person's machine told the account's; durable once this resolves.
   * @throws store_unavailable, and then it is kept in memory only
   */
  accept(snapshot: Snapshot): Promise<void>;
  /** Calls back after every read or accepted snapshot, in the order the reads end. */
  onRead(listener: (snapshot: Snapshot, previous: Snapshot | undefined) => void): void;
  /** Gives up reads under way and waits for them. */
  stop(): Promise<void>;
}

/**
 * Reads accounts side by side: bounded, one read per account at a time however many ask, never more often than the
 * provider's floor, each with a deadline. A failure keeps the readings of the last read that succeeded.
 */
export function createReadQuotas(options: ReadQuotasOptions): ReadQuotas {
  const { accounts, reader, clock, log } = options;
  const limit = pLimit(options.concurrency ?? 16);
  const known = new Map<string, Snapshot>();
  const underWay = new Map<string, Promise<boolean>>();
  const listeners: ((snapshot: Snapshot, previous: Snapshot | undefined) => void)[] = [];
  const aborts = new Set<AbortController>();
  let stopped = false;

  /** Whether there was a read. */
  async function readIfAllowed(account: Account, urgency: Urgency): Promise<boolean> {
    const previous = known.get(account.id);
    const credentialKey = await reader.credentialKey(account);
    const sameCredential = previous?.credentialKey === credentialKey;
    if (previous && sameCredential && !mayRead(account, previous, urgency, clock.now())) return false;
    const snapshot = await limit(() => readOnce(account, credentialKey));
    if (snapshot === undefined) return false;
    // Somebody's machine may have told newer numbers meanwhile.
    const replaced = known.get(account.id);
    known.set(account.id, snapshot);
    await save(snapshot);
    for (const listener of listeners) listener(snapshot, replaced);
    return true;
  }

  /** Undefined when the program stops meanwhile. */
  async function readOnce(account: Account, credentialKey: string): Promise<Snapshot | undefined> {
    if (stopped) return undefined;
    const attempt = (): Attempt => ({
      account: account.id,
      provider: account.provider,
      at: clock.now(),
      credentialKey,
      floor: reader.minInterval(account),
    });
    try {
      const found = await withDeadline((signal) => reader.read(account, signal));
      return afterSuccess(attempt(), known.get(account.id), found);
    } catch (thrown) {
      if (stopped) return undefined;
      const error = asAppError(account, thrown);
      const snapshot = afterFailure(attempt(), known.get(account.id), {
        state: stateOf[error.code] ?? "error",
        message: error.message,
        actionUrl: error.details.actionUrl,
        retryAfter: error.details.retryAfter,
        random: options.random(),
      });
      log.warn({ account: account.id, code: error.code, failures: snapshot.failures }, error.message);
      return snapshot;
    }
  }

  /** Ends after the deadline even when the read ignores its signal. */
  async function withDeadline<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(outOfTime), options.deadline ?? 20_000);
    aborts.add(abort);
    try {
      return await Promise.race([run(abort.signal), rejectOnAbort(abort.signal)]);
    } finally {
      clearTimeout(timer);
      aborts.delete(abort);
    }
  }

  async function save(snapshot: Snapshot): Promise<void> {
    try {
      await options.snapshots.replace(snapshot);
    } catch (error) {
      log.error(
        { account: snapshot.account, error },
        "A snapshot could not be stored; it is kept in memory only.",
      );
    }
  }

  function asAppError(account: Account, thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    log.error({ account: account.id, error: thrown }, "A provider failed in a way that is not foreseen.");
    return new AppError("provider_unexpected_response", "The provider's answer could not be understood.");
  }

  function start(account: Account, urgency: Urgency): Promise<boolean> {
    const running = underWay.get(account.id);
    if (running) return running;
    const read = readIfAllowed(account, urgency)
      .catch((error) => {
        log.error({ account: account.id, error }, "An account could not be read.");
        return false;
      })
      .finally(() => underWay.delete(account.id));
    underWay.set(account.id, read);
    return read;
  }

  return {
    accounts,
    async restore() {
      const providers = new Map(accounts.map((account) => [account.id, account.provider]));
      for (const snapshot of await options.snapshots.latest()) {
        const older = (known.get(snapshot.account)?.attemptedAt ?? 0) < snapshot.attemptedAt;
        if (older && providers.get(snapshot.account) === snapshot.provider) {
          known.set(snapshot.account, snapshot);
        }
      }
    },
    snapshot: (account) => known.get(account),
    isReading: (account) => underWay.has(account),
    async read(selected, urgency) {
      const readable = selected.filter((account) => account.push !== true);
      const reads = await Promise.all(readable.map((account) => start(account, urgency)));
      return reads.filter((happened) => happened).length;
    },
    async accept(snapshot) {
      const previous = known.get(snapshot.account);
      known.set(snapshot.account, snapshot);
      await options.snapshots.replace(snapshot);
      for (const listener of listeners) listener(snapshot, previous);
    },
    onRead: (listener) => void listeners.push(listener),
    async stop() {
      stopped = true;
      for (const abort of aborts) abort.abort(outOfTime);
      await Promise.all(underWay.values());
    },
  };
}

const outOfTime = new AppError("provider_unreachable", "The provider did not answer in time.");

const stateOf: Partial<Record<ErrorCode, AccountState>> = {
  provider_credentials_missing: "auth_expired",
  provider_auth_rejected: "auth_expired",
  provider_forbidden: "forbidden",
  provider_needs_action: "needs_action",
  provider_rate_limited: "rate_limited",
  provider_not_applicable: "unsupported",
};

function mayRead(account: Account, snapshot: Snapshot, urgency: Urgency, now: Instant): boolean {
  if (isLeftToReports(snapshot, account.interval, now)) return false;
  return urgency === "due" ? isDue(snapshot, account.interval, now) : now >= snapshot.nextReadAt;
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

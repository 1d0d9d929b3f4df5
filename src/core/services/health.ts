import type { Account } from "../domain/account.ts";
import type { Incident } from "../domain/incident.ts";
import type { Instant, Snapshot } from "../domain/quota.ts";
import type { Clock, Outbox } from "../ports.ts";
import {
  type ConnectionHealth,
  type JobState,
  type Judgement,
  judgeConnection,
  judgeJobs,
  judgeOutbox,
  judgeProvider,
} from "./health-judgement.ts";
import { createProbe, type Probe } from "./probe.ts";

export interface HealthCheck extends Judgement {
  /** "store", "scheduler", "outbox", "slack", "discord", or "provider zai". */
  name: string;
  /** Set where it is about a provider: its id. */
  provider?: string | undefined;
}

/** How the bot is. */
export interface HealthState {
  at: Instant;
  /** Whether everything vital is ok. */
  ok: boolean;
  checks: readonly HealthCheck[];
}

export interface Health {
  /** How the bot is now, at most a second ago. Never rejects; takes 2 seconds at the most. */
  look(): Promise<HealthState>;
  /** The same at once, by what was found last; what nobody has looked at yet is missing. Starts a look where one is due. */
  checks(): readonly HealthCheck[];
}

export interface HealthOptions {
  clock: Clock;
  accounts: readonly Account[];
  snapshot(account: string): Snapshot | undefined;
  /** Tries to write it; see `createStoreCheck`. */
  store: Probe<void>;
  outbox: Pick<Outbox, "find">;
  /** Ids of the channels that alerts go to. */
  channels: readonly string[];
  /** Those that are configured. */
  connections: {
    slack?: (() => ConnectionHealth) | undefined;
    discord?: (() => ConnectionHealth) | undefined;
  };
  jobs(): readonly JobState[];
}

/** Milliseconds for which an answer is given again, between two looks into the outbox, and that one may take. */
const waits = { answer: 1_000, outbox: 5_000, patience: 2_000 };

/** Tells how the bot is, from what its parts tell. Asking often costs nothing. */
export function createHealth(options: HealthOptions): Health {
  const { clock, accounts, store } = options;
  const startedAt = clock.now();
  const providers = [...new Set(accounts.map(({ provider }) => provider))].sort();
  const seen = new Map<string, { ok: boolean; since: Instant }>();
  let known: HealthState | undefined;
  const outbox = createProbe({
    ...{ clock, every: waits.outbox, patience: waits.patience },
    look: () => options.outbox.find({ untold: true }),
    late: () => undefined,
  });

  function judge(): HealthState {
    const now = clock.now();
    const found: HealthCheck[] = [];
    const written = store.last();
    if (written !== undefined) found.push({ name: "store", ...judgeStore("error" in written) });
    for (const [name, tell] of Object.entries(options.connections)) {
      if (tell !== undefined) found.push({ name, ...judgeConnection(tell()) });
    }
    found.push({ name: "scheduler", ...judgeJobs(options.jobs(), now) });
    const waiting = outbox.last();
    if (waiting !== undefined) found.push({ name: "outbox", ...judgeWaiting(waiting, now) });
    for (const provider of providers) {
      const own = accounts.filter((account) => account.provider === provider);
      const judgement = judgeProvider(own, options.snapshot, { now, startedAt });
      found.push({ name: `provider ${provider}`, provider, ...judgement });
    }
    const checks = found.map((check) => ({ ...check, since: check.since ?? sinceOf(check, now) }));
    return { at: now, ok: checks.every(({ ok, vital }) => ok || !vital), checks };
  }

  function judgeWaiting(
    waiting: { value: readonly Incident[] } | { error: unknown },
    now: Instant,
  ): Judgement {
    if ("value" in waiting) return judgeOutbox(waiting.value, options.channels, now);
    return { ok: false, vital: false, message: "cannot be looked into" };
  }

  /** When we first saw it as it is. */
  function sinceOf({ name, ok }: HealthCheck, now: Instant): Instant {
    const before = seen.get(name);
    const since = before?.ok === ok ? before.since : now;
    seen.set(name, { ok, since });
    return since;
  }

  async function look(): Promise<HealthState> {
    if (known !== undefined && Math.abs(clock.now() - known.at) < waits.answer) return known;
    await Promise.all([store.look(), outbox.look()]);
    known = judge();
    return known;
  }

  return {
    look,
    checks() {
      void look();
      return judge().checks;
    },
  };
}

/** Why it cannot be written may name folders and hosts, which the log and the doctor tell. */
function judgeStore(failed: boolean): Judgement {
  const message = failed ? "cannot be written; the log and `quotabot doctor` tell why" : "can be written";
  return { ok: !failed, vital: true, message };
}

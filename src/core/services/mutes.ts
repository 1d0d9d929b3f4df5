import { endOf, type HowLong } from "../domain/how-long.ts";
import type { Instant } from "../domain/quota.ts";
import type { Person } from "../messages/people.ts";
import type { Clock, Settings } from "../ports.ts";

/** An account of which nobody is told anything for a time. */
export interface Mute {
  until: Instant;
  by?: Person | undefined;
}

export interface Mutes {
  /** Mutes accounts, each until its own reset where that is wanted, and tells until when. */
  mute(
    accounts: readonly { account: string; resetsAt?: Instant | undefined }[],
    howLong: HowLong,
    by: Person,
  ): Promise<ReadonlyMap<string, Mute>>;
  /** Tells which of the accounts had been muted. */
  unmute(accounts: readonly string[]): Promise<readonly string[]>;
  /** All mutes that hold now, by account, with those of other replicas of half a minute ago. */
  all(): Promise<ReadonlyMap<string, Mute>>;
  isMuted(account: string): Promise<boolean>;
}

const key = "muted accounts";
/** Milliseconds that what was read last is good for. */
const fresh = 30_000;

/** Keeps the mutes among the settings, all in one value. */
export function createMutes(options: { settings: Settings; clock: Clock }): Mutes {
  const { settings, clock } = options;
  let known: { mutes: ReadonlyMap<string, Mute>; readAt: Instant } | undefined;
  /** Changes of this process follow each other. */
  let last: Promise<unknown> = Promise.resolve();

  async function read(): Promise<ReadonlyMap<string, Mute>> {
    const mutes = parse(await settings.get(key));
    known = { mutes, readAt: clock.now() };
    return mutes;
  }

  async function current(): Promise<ReadonlyMap<string, Mute>> {
    const now = clock.now();
    if (known !== undefined && now >= known.readAt && now < known.readAt + fresh) return known.mutes;
    // What was known is better than nothing while the store is away.
    const before = known?.mutes;
    return before === undefined ? await read() : await read().catch(() => before);
  }

  function change<Result>(how: (mutes: Map<string, Mute>) => Result): Promise<Result> {
    const turn = last.then(async () => {
      const mutes = new Map(holding(await read(), clock.now()));
      const result = how(mutes);
      await settings.set(key, mutes.size === 0 ? undefined : Object.fromEntries(mutes));
      known = { mutes, readAt: clock.now() };
      return result;
    });
    last = turn.catch(() => {});
    return turn;
  }

  return {
    mute: (accounts, howLong, by) =>
      change((mutes) => {
        const now = clock.now();
        const added = accounts.map(
          ({ account, resetsAt }) => [account, { until: endOf(howLong, now, resetsAt), by }] as const,
        );
        for (const [account, mute] of added) mutes.set(account, mute);
        return new Map(added);
      }),
    unmute: (accounts) => change((mutes) => accounts.filter((account) => mutes.delete(account))),
    all: async () => new Map(holding(await current(), clock.now())),
    async isMuted(account) {
      return ((await current()).get(account)?.until ?? 0) > clock.now();
    },
  };
}

function holding(mutes: ReadonlyMap<string, Mute>, now: Instant): [string, Mute][] {
  return [...mutes].filter(([, { until }]) => until > now);
}

/** What was stored, without what makes no sense. */
function parse(value: unknown): ReadonlyMap<string, Mute> {
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(
    Object.entries(value).filter(
      (entry): entry is [string, Mute] => typeof entry[1] === "object" && typeof entry[1]?.until === "number",
    ),
  );
}

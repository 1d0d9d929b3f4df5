import { type Instant, type Quota, type Reading, type Sample, type Snapshot, usedPercent } from "./quota.ts";
import { isSameReset } from "./window.ts";

/** What tells that accounts draw on one pool: `auto` the same owner or the same numbers, `owner` that alone. */
export type PoolEvidence = "auto" | "owner" | "off";

/** Reads that must have had the same numbers before accounts count as one pool. */
const enough = 3;

/** The samples to keep after a read, newest first, given those kept before it. */
export function nextSamples(before: readonly Sample[], readings: readonly Reading[]): readonly Sample[] {
  // Windows that nobody has used, or that nobody can use any more, look alike on all accounts.
  const tells = readings.some((reading) => reading.kind === "quota" && isPartlyUsed(reading));
  return tells ? [sampleOf(readings), ...before].slice(0, enough) : before;
}

function isPartlyUsed(quota: Quota): boolean {
  const used = usedPercent(quota);
  return quota.resetsAt !== undefined && used !== undefined && used > 0 && used < 100;
}

function sampleOf(readings: readonly Reading[]): Sample {
  const quotas = readings
    .filter((reading) => reading.kind === "quota")
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    numbers: quotas.map(({ id, used, limit, unit }) => `${id} ${used} ${limit} ${unit}`).join("; "),
    resets: quotas.map(({ resetsAt }) => resetsAt ?? null),
  };
}

/** Something that two accounts of one pool have in common: the same key, and the same resets in the same places. */
interface Sign {
  key: string;
  resets: readonly (Instant | null)[];
}

/**
 * Finds accounts of one provider that draw on one pool: they have the same owner, or the same numbers and resets in
 * each of their last three telling samples and in their newest readings. Accounts that cannot be read stay alone.
 *
 * @returns by account all that share its pool, itself included, in the order given; those that are alone are absent
 */
export function findSharedPools(
  snapshots: readonly Snapshot[],
  evidence: PoolEvidence,
): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, { sign: Sign; pool: { accounts: string[] } }[]>();
  const pools = new Set<{ accounts: string[] }>();
  for (const snapshot of snapshots) {
    const signs = snapshot.state === "ok" ? signsOf(snapshot, evidence) : [];
    const [found] = signs.flatMap(
      (sign) => known.get(sign.key)?.find((other) => agree(other.sign, sign)) ?? [],
    );
    const pool = found?.pool ?? { accounts: [] };
    pool.accounts.push(snapshot.account);
    pools.add(pool);
    for (const sign of signs) known.set(sign.key, [...(known.get(sign.key) ?? []), { sign, pool }]);
  }
  const shared = [...pools].map(({ accounts }) => accounts).filter((accounts) => accounts.length > 1);
  return new Map(shared.flatMap((accounts) => accounts.map((account) => [account, accounts] as const)));
}

function signsOf(snapshot: Snapshot, evidence: PoolEvidence): Sign[] {
  const { provider, owner, samples = [], readings } = snapshot;
  const signs: Sign[] = [];
  if (evidence !== "off" && owner !== undefined) signs.push({ key: `${provider} of ${owner}`, resets: [] });
  if (evidence === "auto" && samples.length >= enough) {
    const compared = [sampleOf(readings), ...samples];
    signs.push({
      key: `${provider} at ${compared.map(({ numbers }) => numbers).join(" | ")}`,
      resets: compared.flatMap(({ resets }) => resets),
    });
  }
  return signs;
}

function agree(a: Sign, b: Sign): boolean {
  return a.resets.every((reset, index) => {
    const other = b.resets[index] ?? null;
    return reset === null || other === null ? reset === other : isSameReset(reset, other);
  });
}

import type { Instant } from "../core/domain/quota.ts";
import type { Clock, Log } from "../core/ports.ts";
import { neighbourhoodOf } from "./addresses.ts";

/** Wrong keys, counted by where they come from. */
export interface Attempts {
  /**
   * Takes note of a wrong key.
   * @returns seconds after which the next one may be tried; undefined while there have not been too many
   */
  failed(address: string): number | undefined;
}

export interface AttemptsOptions {
  clock: Clock;
  log: Log;
  /** Wrong keys that one address may try at once, and in a minute. */
  perMinute?: number | undefined;
  /** Addresses that are told apart. */
  addresses?: number | undefined;
}

interface Bucket {
  tokens: number;
  at: Instant;
}

const minute = 60_000;
/** Addresses that the log tells of in a minute. */
const mostLines = 20;

/**
 * Lets every address try some wrong keys, and more as time goes by. A flood of addresses takes no more memory: those for
 * which there is no room share one bucket.
 */
export function createAttempts({
  clock,
  log,
  perMinute = 10,
  addresses = 10_000,
}: AttemptsOptions): Attempts {
  const buckets = new Map<string, Bucket>();
  const others: Bucket = { tokens: perMinute, at: clock.now() };
  let sweptAt = clock.now();
  let toldAt: Instant = 0;
  const told = new Set<string>();

  function fill(bucket: Bucket, now: Instant): void {
    const passed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(perMinute, bucket.tokens + (passed * perMinute) / minute);
    bucket.at = now;
  }

  /** What is full again tells nothing. Every second at the most: a flood of addresses must not cost a sweep each. */
  function makeRoom(now: Instant): void {
    if (Math.abs(now - sweptAt) < 1_000) return;
    sweptAt = now;
    for (const [address, bucket] of buckets) {
      fill(bucket, now);
      if (bucket.tokens >= perMinute) buckets.delete(address);
    }
  }

  function bucketOf(address: string, now: Instant): Bucket {
    const known = buckets.get(address);
    if (known !== undefined) return known;
    if (buckets.size >= addresses) makeRoom(now);
    if (buckets.size >= addresses) return others;
    const bucket = { tokens: perMinute, at: now };
    buckets.set(address, bucket);
    return bucket;
  }

  function tell(address: string, now: Instant): void {
    if (Math.abs(now - toldAt) >= minute) {
      toldAt = now;
      told.clear();
    }
    if (told.has(address) || told.size >= mostLines) return;
    told.add(address);
    log.warn({ address }, "Somebody tries one wrong key after the other over HTTP.");
  }

  return {
    failed(remote) {
      const now = clock.now();
      const address = neighbourhoodOf(remote);
      const bucket = bucketOf(address, now);
      fill(bucket, now);
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return undefined;
      }
      tell(address, now);
      return Math.max(1, Math.ceil(((1 - bucket.tokens) * minute) / perMinute / 1000));
    },
  };
}

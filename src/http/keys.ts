import { hash, timingSafeEqual } from "node:crypto";

export type Scope = "read" | "ingest" | "admin";

/** A key as configured. */
export interface HttpKey {
  name: string;
  key: string;
  scopes: readonly Scope[];
}

/** Who asks, as far as the key tells. */
export interface Caller {
  name: string;
  scopes: ReadonlySet<Scope>;
}

/**
 * Finds the caller of an Authorization header; undefined when it holds no key that is known. Only digests are kept, all
 * of one length, and every one is looked at: the time taken tells nothing about a key.
 */
export function createKeyring(keys: readonly HttpKey[]): (header: string | undefined) => Caller | undefined {
  const known = keys.map(({ name, key, scopes }) => ({
    digest: digestOf(key),
    caller: { name, scopes: new Set(scopes) },
  }));
  return (header) => {
    const given = /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1];
    if (given === undefined) return undefined;
    const digest = digestOf(given);
    const found = known.filter((one) => timingSafeEqual(one.digest, digest));
    return found[0]?.caller;
  };
}

function digestOf(key: string): Buffer {
  return hash("sha256", key, "buffer");
}

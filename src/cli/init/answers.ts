import type { Provider } from "../../core/provider.ts";

/** An account to be watched. */
export interface AccountAnswer {
  id: string;
  provider: Provider;
  /** Where its credential was found, in words; absent where it was typed. */
  where?: string | undefined;
  credentials: Readonly<Record<string, string>>;
  baseUrl?: string | undefined;
  /** Why it is written as a comment, which nobody reads; absent: it is on. */
  off?: string | undefined;
}

/** All that goes into the configuration. What is absent is written as a comment that shows how it is done. */
export interface Answers {
  timezone: string;
  accounts: readonly AccountAnswer[];
  slack?: { token: string; appToken: string; apiUrl?: string | undefined } | undefined;
  discord?: { token: string; guild?: string | undefined } | undefined;
  /** Where alerts and the digest go, as the configuration writes it. */
  channels: readonly string[];
  admins: { slack: readonly string[]; discord: readonly string[] };
  /** US dollars for a month. */
  budget?: number | undefined;
  /** The reference to the key of the HTTP interface. */
  httpKey?: string | undefined;
  /** The reference to the address of a Postgres. */
  database?: string | undefined;
}

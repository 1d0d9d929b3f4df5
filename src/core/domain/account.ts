import type { ConfiguredWindow } from "./configured-window.ts";
import { unassigned } from "./usage.ts";

/** One credential at a provider, as the team configured it. */
export interface Account {
  /** `[a-z0-9][a-z0-9._-]*`, unique. */
  id: string;
  /** The provider's id. */
  provider: string;
  /** Shown instead of the id. */
  label?: string | undefined;
  /** Whether its owner accepts that the vendor publishes no API for this. */
  acceptUnofficial?: boolean | undefined;
  /**
   * As written: the provider's own settings, or `file`, or `refreshToken` with `clientId`; undefined: whatever the
   * provider's usual file or environment variable holds.
   */
  credentials?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds between two scheduled reads; never below the provider's floor. */
  interval: number;
  /** Replaces scheme, host and port of all the provider's hosts. */
  baseUrl?: string | undefined;
  tags: readonly string[];
  /** What the team knows of its limits, or wants. */
  windows?: readonly ConfiguredWindow[] | undefined;
  /** Whether the bot never reads it: its numbers come from people's machines alone. */
  push?: boolean | undefined;
  /** Which usage is its own. */
  usage?: UsageSelectors | undefined;
}

/** Whose usage an account counts. `*` in a pattern stands for anything; capital letters make no difference. */
export interface UsageSelectors {
  users?: readonly string[] | undefined;
  /** Programs that report. */
  services?: readonly string[] | undefined;
  /** Names of the HTTP keys that records come with. */
  keys?: readonly string[] | undefined;
  models?: readonly string[] | undefined;
}

/** What an account is called in front of people, the one of usage that fits none included. */
export function accountName(account: Pick<Account, "id" | "label">): string {
  return account.label ?? (account.id === unassigned ? "Unassigned" : account.id);
}

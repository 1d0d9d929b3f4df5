import type { Reading } from "../core/domain/quota.ts";
import type { Provider } from "../core/provider.ts";

/** Understands the documents that the providers' own programs hand to a status line command. */
export interface StatusLines {
  /** The readings of whichever provider the document is of; empty when it tells no numbers. */
  read(document: unknown): readonly Reading[];
  /** The readings for an account of this provider; undefined when its program has no status line. */
  readFor(provider: string, document: unknown): readonly Reading[] | undefined;
}

export function createStatusLines(providers: readonly Provider[]): StatusLines {
  return {
    read(document) {
      const told = providers.map(({ push }) => push?.statusLine(document) ?? []);
      return told.find((readings) => readings.length > 0) ?? [];
    },
    readFor: (id, document) => providers.find((provider) => provider.id === id)?.push?.statusLine(document),
  };
}

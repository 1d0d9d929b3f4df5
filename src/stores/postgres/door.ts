import { AppError } from "../../core/errors.ts";

/** What all calls to a store go through, so that it knows which are under way. */
export interface Door {
  /** The same functions, which throw store_unavailable once the door is closed. */
  before<T extends object>(functions: T): T;
  /** Closes the door, waits for the calls under way, and then does the last thing. Only the first call does anything. */
  close(last: () => Promise<void>): Promise<void>;
}

export function createDoor(): Door {
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function pass(call: () => Promise<unknown>): Promise<unknown> {
    if (closing !== undefined) throw new AppError("store_unavailable", "The store is closed.");
    const under = call();
    running.add(under);
    try {
      return await under;
    } finally {
      running.delete(under);
    }
  }

  return {
    before: (functions) =>
      Object.fromEntries(
        Object.entries(functions).map(([name, call]) => [
          name,
          (...args: unknown[]) => pass(() => call(...args)),
        ]),
      ) as typeof functions,
    close(last) {
      closing ??= Promise.allSettled(running).then(last);
      return closing;
    },
  };
}

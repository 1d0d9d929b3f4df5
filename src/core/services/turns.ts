/** Work that follows each other, by key. */
export interface Turns {
  /**
   * Runs work after all earlier work of the key; what asks while the same is waiting already shares it. Never rejects.
   */
  run(key: string, work: () => Promise<void>): Promise<void>;
  /** Resolves when all work under way has ended. */
  settled(): Promise<void>;
}

/** @param onError hears of work that failed, once until work of that key succeeds */
export function createTurns(onError: (key: string, error: unknown) => void): Turns {
  const last = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();
  const failing = new Set<string>();

  async function attempt(key: string, work: () => Promise<void>): Promise<void> {
    waiting.delete(key);
    try {
      await work();
      failing.delete(key);
    } catch (error) {
      if (!failing.has(key)) onError(key, error);
      failing.add(key);
    }
  }

  return {
    run(key, work) {
      const same = waiting.get(key);
      if (same !== undefined) return same;
      const turn = (last.get(key) ?? Promise.resolve()).then(() => attempt(key, work));
      waiting.set(key, turn);
      last.set(key, turn);
      return turn.finally(() => {
        if (last.get(key) === turn) last.delete(key);
      });
    },
    async settled() {
      await Promise.all(last.values());
    },
  };
}

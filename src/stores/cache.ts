/** Values that can be loaded again, the ones used last, as many as weigh no more than the budget together. */
export interface Cache<T> {
  /** Loads the value when it is not here; undefined when there is none. All who ask meanwhile get the same. */
  get(key: string): Promise<T | undefined>;
  put(key: string, value: T): void;
  forget(key: string): void;
}

export function createCache<T>(options: {
  load(key: string): Promise<T | undefined>;
  weigh(value: T): number;
  budget: number;
}): Cache<T> {
  const { load, weigh, budget } = options;
  /** The one used last is last. */
  const kept = new Map<string, { value: T; weight: number }>();
  const loading = new Map<string, Promise<T | undefined>>();
  let total = 0;

  function forget(key: string): void {
    total -= kept.get(key)?.weight ?? 0;
    kept.delete(key);
  }

  function put(key: string, value: T): void {
    forget(key);
    const weight = weigh(value);
    kept.set(key, { value, weight });
    total += weight;
    for (const oldest of kept.keys()) {
      if (total <= budget || oldest === key) break;
      forget(oldest);
    }
  }

  async function loadAndKeep(key: string): Promise<T | undefined> {
    const begun = load(key);
    loading.set(key, begun);
    try {
      const value = await begun;
      // Unless something newer was put here, or it was forgotten, meanwhile.
      if (value !== undefined && loading.get(key) === begun) put(key, value);
      return value;
    } finally {
      if (loading.get(key) === begun) loading.delete(key);
    }
  }

  return {
    async get(key) {
      const found = kept.get(key);
      if (found !== undefined) {
        kept.delete(key);
        kept.set(key, found);
        return found.value;
      }
      return await (loading.get(key) ?? loadAndKeep(key));
    },
    put(key, value) {
      loading.delete(key);
      put(key, value);
    },
    forget(key) {
      loading.delete(key);
      forget(key);
    },
  };
}

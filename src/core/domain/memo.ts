/** Remembers what was found out, up to so many things at once. */
export interface Memo<Value> {
  /** What is known under the key, else what `find` tells. */
  get(key: string, find: () => Value): Value;
}

/** @param most things remembered; when one more comes, all are forgotten */
export function createMemo<Value>(most: number): Memo<Value> {
  const known = new Map<string, { value: Value }>();
  return {
    get(key, find) {
      const before = known.get(key);
      if (before !== undefined) return before.value;
      const value = find();
      if (known.size >= most) known.clear();
      known.set(key, { value });
      return value;
    },
  };
}

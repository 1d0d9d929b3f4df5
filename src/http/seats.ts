/** Room for clients that stay. */
export interface Seats {
  /** A seat to be left in the end, or who has taken all there are. */
  take(key: string): { leave(): void } | "by the key" | "by all";
}

/**
 * @param limits.all seats there are
 * @param limits.perKey those that one key may take
 */
export function createSeats(limits: { all: number; perKey: number }): Seats {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    take(key) {
      const own = taken.get(key) ?? 0;
      if (own >= limits.perKey) return "by the key";
      if (all >= limits.all) return "by all";
      taken.set(key, own + 1);
      all += 1;
      let isLeft = false;
      return {
        leave() {
          if (isLeft) return;
          isLeft = true;
          all -= 1;
          const rest = (taken.get(key) ?? 1) - 1;
          if (rest === 0) taken.delete(key);
          else taken.set(key, rest);
        },
      };
    },
  };
}

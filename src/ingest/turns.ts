import { setImmediate as others } from "node:timers/promises";

/** So many items are worked on at a time; that takes some milliseconds. */
export const itemsInTurn = 1_000;

/**
 * What a function makes of all items, some at a time, so that whatever else the process has to do is done in between.
 * An item weighs 1, or what `weigh` says: a turn ends when so many items, or as much as `itemsInTurn` of them, are done.
 */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  make: (item: Item, index: number) => Result,
  weigh: (item: Item) => number = () => 1,
): Promise<Result[]> {
  const made: Result[] = [];
  let weight = 0;
  for (const [index, item] of items.entries()) {
    made.push(make(item, index));
    weight += weigh(item);
    if (weight < itemsInTurn) continue;
    weight = 0;
    await others();
  }
  return made;
}

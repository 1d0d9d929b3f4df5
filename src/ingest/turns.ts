import { setImmediate as others } from "node:timers/promises";

/** That takes some milliseconds. */
const weightOfTurn = 1_000;

/**
 * What a function makes of all items, some at a time, so that whatever else the process has to do is done in between.
 * A turn is 1,000 items, or fewer where `weigh` says that an item is as much work as several.
 */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  make: (item: Item) => Result,
  weigh: (item: Item) => number = () => 1,
): Promise<Result[]> {
  const made: Result[] = [];
  let weight = 0;
  for (const item of items) {
    made.push(make(item));
    weight += weigh(item);
    if (weight < weightOfTurn) continue;
    weight = 0;
    await others();
  }
  return made;
}

import { mostCells, mostValues, otherValues } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import { addSums, noSums } from "../../core/domain/sums.ts";
import type { Rollup } from "./rollups.ts";
import type { Query } from "./sql.ts";
import { digestOf } from "./text.ts";

/** Stands for all combinations of a day once there were more than `mostCells`; none of them looks like it. */
export const tooManyCells = "";

/**
 * Of roll-ups about to be added those that fit the bounds of a day, as `enter` of the domain would have it: values
 * beyond `mostValues` become one, and beyond `mostCells` the combinations of the day are given up.
 */
export async function withinBounds(query: Query, added: readonly Rollup[]): Promise<Rollup[]> {
  const fresh = await unknownOf(query, added);
  // Most of the time everything has been seen before.
  if (fresh.size === 0) return [...added];
  const groups = await countGroups(query, fresh);
  const fitting: Rollup[] = [];
  const others = new Map(
    added.filter(({ value }) => value === otherValues).map((one) => [groupOf(one), one]),
  );
  const crowded = new Set<Day>();

  for (const rollup of added) {
    const group = groups.get(groupOf(rollup));
    if (group === undefined || !fresh.has(rollup)) {
      fitting.push(rollup);
    } else if (rollup.dimension === "cell") {
      group.size += 1;
      if (group.size > mostCells && !group.givenUp) crowded.add(rollup.day);
      if (!group.givenUp) fitting.push(rollup);
    } else if (group.size < mostValues || rollup.value === otherValues) {
      group.size += 1;
      fitting.push(rollup);
    } else {
      let other = others.get(groupOf(rollup));
      if (other === undefined) {
        other = { ...rollup, value: otherValues, sums: noSums() };
        others.set(groupOf(rollup), other);
        fitting.push(other);
      }
      addSums(other.sums, rollup.sums);
    }
  }
  if (crowded.size === 0) return fitting;
  await query("delete from quotabot_rollups where dimension = 'cell' and day = any($1::text[])", [
    [...crowded],
  ]);
  const signs = [...crowded].map(
    (day): Rollup => ({ dimension: "cell", day, value: tooManyCells, sums: noSums() }),
  );
  return [...fitting.filter(({ dimension, day }) => dimension !== "cell" || !crowded.has(day)), ...signs];
}

function groupOf({ dimension, day }: Pick<Rollup, "dimension" | "day">): string {
  return `${dimension} ${day}`;
}

/** Those that have no row yet. */
async function unknownOf(query: Query, rollups: readonly Rollup[]): Promise<Set<Rollup>> {
  const keys = rollups.map(({ dimension, day, value }, place) => ({
    place,
    dimension,
    day,
    key: digestOf(value),
  }));
  const rows = await query<{ place: number }>(
    `select place from json_to_recordset($1::json) as asked (place integer, dimension text, day text, key text)
     where not exists (
       select from quotabot_rollups as kept
       where kept.dimension = asked.dimension and kept.day = asked.day and kept.key = decode(asked.key, 'hex'))`,
    [JSON.stringify(keys)],
  );
  return new Set(rows.flatMap(({ place }) => rollups[place] ?? []));
}

/** How many values there are of the same dimension and day, and whether its combinations were given up. */
async function countGroups(
  query: Query,
  rollups: Iterable<Rollup>,
): Promise<Map<string, { size: number; givenUp: boolean }>> {
  const asked = new Map(
    [...rollups].map(({ dimension, day }) => [groupOf({ dimension, day }), { dimension, day }]),
  );
  const rows = await query<
    Pick<Rollup, "dimension" | "day"> & { size: number | string; given_up: boolean | null }
  >(
    `select asked.dimension, asked.day, count(kept.key) as size, bool_or(kept.value = $2) as given_up
     from json_to_recordset($1::json) as asked (dimension text, day text)
       left join quotabot_rollups as kept using (dimension, day)
     group by asked.dimension, asked.day`,
    [JSON.stringify([...asked.values()]), tooManyCells],
  );
  return new Map(
    rows.map((row) => [groupOf(row), { size: Number(row.size), givenUp: row.given_up === true }]),
  );
}

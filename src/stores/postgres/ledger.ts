import { randomUUID } from "node:crypto";
import { type Day, isDay } from "../../core/domain/day.ts";
import { AppError } from "../../core/errors.ts";
import type { Ledger } from "../../core/ports.ts";
import { copyRecord, isSound } from "../ledger/record-line.ts";
import { forgetUser } from "./forget-user.ts";
import { grouped } from "./grouped.ts";
import { createKeep } from "./keep.ts";
import { type Position, selectRecords } from "./records.ts";
import { selectCounters, selectSpent } from "./spending.ts";
import type { Sql } from "./sql.ts";
import { answerUsage } from "./usage.ts";

/** In records. */
const bounds = { atOnce: 10_000, waiting: 200_000 };

export function createLedger(sql: Sql): Ledger {
  const keep = grouped(createKeep(sql, randomUUID()), bounds);

  return {
    async append(records) {
      const unsound = records.findIndex((record) => !isSound(record));
      if (unsound !== -1) {
        throw new AppError("request_invalid", `The usage record at index ${unsound} makes no sense.`);
      }
      return records.length === 0 ? [] : await keep(records.map(copyRecord));
    },
    usage: (query) => answerUsage(sql, query),
    async records({ cursor, most, ...span }) {
      const after = cursor === undefined ? undefined : positionOf(cursor, span);
      const found = await selectRecords(sql.query, { ...span, after, most: most + 1 });
      const page = found.slice(0, most);
      const last = page.at(-1);
      const records = page.map(({ record }) => record);
      return found.length > most && last !== undefined ? { records, cursor: cursorOf(last) } : { records };
    },
    spent: (account, start, end) => selectSpent(sql.query, account, start, end),
    counters: (series) => selectCounters(sql.query, series),
    forgetUser: (user) => forgetUser(sql, user),
    async prune(before) {
      await sql.query("delete from quotabot_writers where at < now() - interval '7 days'");
      for (let days = 0; ; days += 1) if (!(await pruneDay(sql, before))) return days;
    },
  };
}

/** Forgets the records of the oldest day before this one; false when there is none. */
async function pruneDay(sql: Sql, before: Day): Promise<boolean> {
  const pruned = await sql.query(
    `with gone as (
       delete from quotabot_records
       where day = (select min(day) from quotabot_records where day < $1) returning day
     )
     insert into quotabot_pruned_days select distinct day from gone
     on conflict (day) do update set day = excluded.day returning day`,
    [before],
  );
  return pruned.length > 0;
}

function cursorOf({ day, batch, place }: Position): string {
  return `${day}.${batch}.${place}`;
}

/** The position that a cursor names, which must lie in the span of days. */
function positionOf(cursor: string, { from, to }: { from: Day; to: Day }): Position {
  const [, day = "", batch, place] = /^(.{10})\.(\d{1,15})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (isDay(day) && day >= from && day <= to) return { day, batch: Number(batch), place: Number(place) };
  throw new AppError(
    "request_invalid",
    "This cursor belongs to no page of these records. Take the one of the page before, or begin without.",
  );
}

import type { QuotaSample } from "../../core/domain/history.ts";
import type { History } from "../../core/ports.ts";
import type { Sql } from "./sql.ts";
import { fromColumn, toColumn } from "./text.ts";

interface Row {
  account: string;
  reading: string;
  kind: QuotaSample["kind"];
  at: number;
  value: number;
  limit: number | null;
  resets_at: number | null;
}

const columns = 'account, reading, kind, at, value, "limit", resets_at';

export function createHistory(sql: Sql): History {
  return {
    async add(samples) {
      // Kept twice when the word of it was lost, a sample says the same twice, which does no harm.
      await sql.query(
        `insert into quotabot_samples (${columns}) select ${columns} from json_to_recordset($1::json) as sample (
           place integer, account text, reading text, kind text, at double precision, value double precision,
           "limit" double precision, resets_at double precision
         ) order by place`,
        [JSON.stringify(samples.map((sample, place) => ({ place, ...toRow(sample) })))],
      );
    },
    async samples({ account, reading, from, to }) {
      const rows = await sql.query<Row>(
        `select ${columns} from quotabot_samples
         where account = $1 and at >= $2::double precision and at < $3::double precision
           and ($4::text is null or reading = $4)
         order by at, sequence`,
        [toColumn(account), from, to, reading === undefined ? null : toColumn(reading)],
      );
      return rows.map(fromRow);
    },
    async thin(now) {
      // The same as `thinned` of the domain, for all accounts.
      await sql.query(
        `delete from quotabot_samples where sequence in (
           select sequence from (
             select sequence, row_number() over (
               partition by account, reading, span, floor(at / span) order by at desc, sequence desc
             ) as newest
             from quotabot_samples, lateral (
               select case when $1 - at <= 2 * 86400000 then 1 when $1 - at <= 60 * 86400000::double precision
                 then 3600000 else 86400000 end as span
             ) as age
           ) as ranked where newest > 1)`,
        [now],
      );
    },
  };
}

function toRow({ account, reading, kind, at, value, limit, resetsAt }: QuotaSample): Row {
  return {
    account: toColumn(account),
    reading: toColumn(reading),
    kind,
    at,
    value,
    limit: limit ?? null,
    resets_at: resetsAt ?? null,
  };
}

function fromRow({ account, reading, kind, at, value, limit, resets_at }: Row): QuotaSample {
  return {
    account: fromColumn(account),
    reading: fromColumn(reading),
    kind,
    at,
    value,
    ...(limit !== null && { limit }),
    ...(resets_at !== null && { resetsAt: resets_at }),
  };
}

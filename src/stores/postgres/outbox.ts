import { randomUUID } from "node:crypto";
import { isUntold } from "../../core/domain/delivery.ts";
import { type Incident, isOpen } from "../../core/domain/incident.ts";
import type { IncidentQuery, Outbox } from "../../core/ports.ts";
import type { Sql } from "./sql.ts";
import { toColumn } from "./text.ts";

const columns =
  "key, id, channel, scope, is_open, is_untold, opened_at, ended_at, sent_at, message, incident, revision, write";

export function createOutbox(sql: Sql): Outbox {
  return {
    async put(incident) {
      // The same write once more, since the word of it was lost, is no other incident of the key.
      const put = await sql.query(
        `insert into quotabot_incidents as kept (${columns})
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (key) do update set write = excluded.write where kept.write = excluded.write
         returning key`,
        valuesOf(incident),
      );
      return put.length > 0;
    },
    async change(incident) {
      const changed = await sql.query(
        `update quotabot_incidents set (${columns}) = ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         where key = $1 and (revision = $12::bigint - 1 or write = $13) returning key`,
        valuesOf({ ...incident, revision: incident.revision + 1 }),
      );
      return changed.length > 0;
    },
    async find(query) {
      const { condition, values } = select(query);
      const rows = await sql.query<{ incident: string }>(
        `select incident from quotabot_incidents where ${condition} order by opened_at, key`,
        values,
      );
      return rows.map((row) => JSON.parse(row.incident));
    },
    async prune(before) {
      await sql.query(
        "delete from quotabot_incidents where not is_open and not is_untold and ended_at < $1",
        [before],
      );
    },
  };
}

function valuesOf(incident: Incident): unknown[] {
  const { key, id, channel, scope, openedAt, endedAt, delivery, revision } = incident;
  return [
    ...[key, id, channel, scope].map(toColumn),
    isOpen(incident),
    isUntold(incident),
    openedAt,
    endedAt ?? 0,
    delivery.sentAt ?? 0,
    delivery.where === undefined ? null : toColumn(delivery.where),
    JSON.stringify(incident),
    revision,
    randomUUID(),
  ];
}

/** A query as the condition of a statement. */
function select(query: IncidentQuery): { condition: string; values: unknown[] } {
  if ("scope" in query) return { condition: "scope = $1", values: [toColumn(query.scope)] };
  if ("key" in query) return { condition: "key = $1", values: [toColumn(query.key)] };
  if ("id" in query) return { condition: "id = $1", values: [toColumn(query.id)] };
  if ("open" in query) return { condition: "is_open", values: [] };
  if ("openedSince" in query) return { condition: "opened_at >= $1", values: [query.openedSince] };
  if (!("channel" in query)) return { condition: "is_untold", values: [] };
  const channel = toColumn(query.channel);
  if ("sentSince" in query) {
    return { condition: "channel = $1 and sent_at >= $2", values: [channel, query.sentSince] };
  }
  const untold = "select message from quotabot_incidents where channel = $1 and is_untold";
  return { condition: `channel = $1 and (is_untold or message in (${untold}))`, values: [channel] };
}

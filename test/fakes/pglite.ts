import { PGlite } from "@electric-sql/pglite";
import { faultOf } from "../../src/stores/postgres/faults.ts";
import type { Query, Sql } from "../../src/stores/postgres/sql.ts";

/** A Postgres in this process, with one connection. */
export interface InProcessPostgres {
  /** A database with nothing in it, until the next one is asked for. */
  empty(): Promise<Sql>;
  close(): Promise<void>;
}

export async function startPglite(): Promise<InProcessPostgres> {
  const database = await PGlite.create();
  const queryOn =
    (target: Pick<PGlite, "query">): Query =>
    async <Row extends object>(text: string, values: readonly unknown[] = []) => {
      const { rows } = await target.query<Row>(text, [...values]).catch((error) => {
        throw faultOf(error);
      });
      return rows;
    };
  const sql: Sql = {
    query: queryOn(database),
    transaction: (work) => database.transaction((transaction) => work(queryOn(transaction))),
    async close() {},
  };
  let schemas = 0;
  return {
    async empty() {
      schemas += 1;
      await database.exec(`create schema test_${schemas}; set search_path to test_${schemas}`);
      return sql;
    },
    close: () => database.close(),
  };
}

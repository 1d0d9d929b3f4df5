import { Pool } from "pg";
import type { Log } from "../../core/ports.ts";
import { faultOf } from "./faults.ts";
import type { Query, Sql } from "./sql.ts";

export interface PoolOptions {
  /** postgres://user:password@host:port/database, with the parameters that libpq knows. */
  url: string;
  log: Log;
}

/** Milliseconds to wait: for a connection, for the answer to a statement, and for the next statement of a transaction. */
const waits = { connection: 5_000, answer: 30_000, statement: 10_000 };

// Told to each transaction, not to the session: poolers between us and the server refuse settings of a session.
const begin = `begin;
  set local statement_timeout = ${waits.answer};
  set local idle_in_transaction_session_timeout = ${waits.statement}`;

/** Connections to a server, opened as they are needed. */
export function createPool({ url, log }: PoolOptions): Sql {
  const pool = new Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: waits.connection,
    query_timeout: waits.answer,
    keepAlive: true,
    fallback_application_name: "quotabot",
  });
  // Unheard, a connection that breaks would end the process. Who uses it learns of it by the statement under way or the
  // next one; in place of an idle one another is opened.
  pool.on("error", () => log.debug({}, "Lost an idle connection to Postgres."));
  pool.on("connect", (client) => client.on("error", () => {}));

  return {
    query: (text, values = []) => asking(async () => (await pool.query(text, [...values])).rows),
    async transaction(work) {
      const client = await asking(() => pool.connect());
      const query: Query = (text, values = []) =>
        asking(async () => (await client.query(text, [...values])).rows);
      let done = false;
      try {
        await asking(() => client.query(begin));
        const result = await work(query);
        await asking(() => client.query("commit"));
        done = true;
        return result;
      } finally {
        // A connection that is closed rolls back by itself, whatever state it is in.
        client.release(!done);
      }
    },
    close: () => asking(() => pool.end()),
  };
}

async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw faultOf(error);
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../core/ports.ts";
import { mayPass } from "./faults.ts";
import type { Sql } from "./sql.ts";

export interface RetryOptions {
  sql: Sql;
  log: Log;
  /** Milliseconds after the first failure for which trying again begins. */
  patience: number;
}

/**
 * The same database, asked again while the connection fails. A statement, or the work of a transaction, may have been
 * done although the word of it was lost, so what is asked here must bear being done twice.
 */
export function withRetries({ sql, log, patience }: RetryOptions): Sql {
  let troubled = false;

  async function retrying<T>(work: () => Promise<T>): Promise<T> {
    let enough: AbortSignal | undefined;
    for (let wait = 50; ; wait = Math.min(2 * wait, 800)) {
      try {
        const result = await work();
        if (troubled) log.info({}, "Postgres answers again.");
        troubled = false;
        return result;
      } catch (error) {
        enough ??= AbortSignal.timeout(patience);
        if (!mayPass(error) || enough.aborted) throw error;
        if (!troubled) log.warn({ error }, "Postgres does not answer; trying again.");
        troubled = true;
        await sleep(wait);
      }
    }
  }

  return {
    query: (text, values) => retrying(() => sql.query(text, values)),
    transaction: (work) => retrying(() => sql.transaction(work)),
    close: sql.close,
  };
}

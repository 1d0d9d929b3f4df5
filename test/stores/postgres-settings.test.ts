import { afterAll, expect, it } from "vitest";
import type { Query, Sql } from "../../src/stores/postgres/sql.ts";
import { createPostgresStore } from "../../src/stores/postgres.ts";
import { startPglite } from "../fakes/pglite.ts";
import { recordingLog } from "./parts.ts";

const postgres = await startPglite();
afterAll(() => postgres.close());

/** The database as it is when the word of each write gets lost and the write is done again. */
function forgetful(sql: Sql): Sql {
  const query: Query = async (text, values) => {
    if (/^\s*(insert|update)/.test(text)) await sql.query(text, values);
    return await sql.query(text, values);
  };
  return { ...sql, query };
}

it("knows a swap of its own that was done although the word of it was lost", async () => {
  const sql = await postgres.empty();
  await (await createPostgresStore({ sql, log: recordingLog() })).close();
  const { settings } = await createPostgresStore({ sql: forgetful(sql), log: recordingLog() });
  expect(await settings.swap("turn", undefined, { by: "a" })).toBe(true);
  expect(await settings.swap("turn", undefined, { by: "b" })).toBe(false);
  expect(await settings.swap("turn", { by: "a" }, { by: "c" })).toBe(true);
  expect(await settings.swap("turn", { by: "a" }, { by: "d" })).toBe(false);
  expect(await settings.get("turn")).toEqual({ by: "c" });
});

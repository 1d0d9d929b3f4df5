import { type Book, cellKey, otherValues } from "./book.ts";
import { addSums, type Sums } from "./sums.ts";
import { filterDimensions, type UsageRecord } from "./usage.ts";

/** The record without the name of that user; the record itself when it is somebody else's. */
export function withoutUser(record: UsageRecord, user: string): UsageRecord {
  return record.user === user ? { ...record, user: undefined } : record;
}

/**
 * Whether a user may be in a book, or the records of its day. Of more users than a book has rows for, some are among
 * others there.
 */
export function mayKnowUser({ rows }: Pick<Book, "rows">, user: string): boolean {
  const users = rows.get("user");
  return users?.has(user) === true || users?.has(otherValues) === true;
}

/** Takes a user's name out of a book, in place: what the user used stays, as nobody's. */
export function forgetUserIn(book: Book, user: string): void {
  const users = book.rows.get("user");
  const sums = users?.get(user);
  if (users !== undefined && sums !== undefined) {
    users.delete(user);
    join(users, "", sums);
  }
  for (const [key, cell] of [...(book.cells ?? [])]) {
    if (cell.values.user !== user) continue;
    const values = { ...cell.values, user: "" };
    const renamed = cellKey(filterDimensions.map((dimension) => values[dimension]));
    book.cells?.delete(key);
    const found = book.cells?.get(renamed);
    if (found === undefined) book.cells?.set(renamed, { values, sums: cell.sums });
    else addSums(found.sums, cell.sums);
  }
}

function join(rows: Map<string, Sums>, value: string, sums: Sums): void {
  const found = rows.get(value);
  if (found === undefined) rows.set(value, sums);
  else addSums(found, sums);
}

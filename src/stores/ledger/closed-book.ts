import type { Book, Spent } from "../../core/domain/book.ts";
import type { Instant } from "../../core/domain/quota.ts";
import {
  type BookDocument,
  decodeCells,
  decodeMinutes,
  decodeRows,
  decodeSums,
  minuteWidth,
  spentAt,
} from "./book-document.ts";

/**
 * The roll-ups of a day that takes no records now, in little memory: what questions seldom need is kept packed.
 */
export interface ClosedBook {
  /** Only to be read. */
  book: Book;
  accounts: readonly string[];
  /** As `spentIn` tells it of a book. */
  spent(account: string, start: Instant, end: Instant): Spent;
  /** About how many bytes of memory it takes. */
  weight: number;
}

export function closeBook(document: BookDocument): ClosedBook {
  const { day } = document;
  const total = decodeSums(document.total);
  const rows = decodeRows(document.rows);
  const counters = new Map(document.counters);
  const minutes = new Map(document.minutes.map(([account, all]) => [account, Float64Array.from(all)]));
  const cells = document.cells === null ? undefined : Buffer.from(JSON.stringify(document.cells));
  /** Whoever reads them does so more than once in a turn, and that long they are surely kept. */
  let unpacked: WeakRef<NonNullable<Book["cells"]>> | undefined;

  function unpackCells(): Book["cells"] {
    if (cells === undefined) return undefined;
    const found = unpacked?.deref() ?? decodeCells(JSON.parse(cells.toString()));
    unpacked = new WeakRef(found);
    return found;
  }

  return {
    book: {
      day,
      total,
      rows,
      counters,
      get cells() {
        return unpackCells();
      },
      get minutes() {
        return new Map([...minutes].map(([account, all]) => [account, decodeMinutes(all)]));
      },
    },
    accounts: [...minutes.keys()],
    spent(account, start, end) {
      const [first, last] = [Math.floor(start / 60_000), Math.ceil(end / 60_000)];
      const all = minutes.get(account) ?? new Float64Array();
      const sum = new Float64Array(minuteWidth);
      for (let at = 0; at < all.length; at += minuteWidth) {
        const minute = all[at] ?? 0;
        if (minute < first || minute >= last) continue;
        for (let column = 1; column < minuteWidth; column += 1) {
          sum[column] = (sum[column] ?? 0) + (all[at + column] ?? 0);
        }
      }
      return spentAt(sum, 0);
    },
    weight: weigh(rows, minutes.values(), cells?.length ?? 0),
  };
}

function weigh(rows: Book["rows"], minutes: Iterable<Float64Array>, cells: number): number {
  let bytes = 2_000 + cells;
  for (const all of minutes) bytes += 100 + all.byteLength;
  for (const row of rows.values()) {
    for (const { times } of row.values()) bytes += 400 + 8 * times.counts.length;
  }
  return bytes;
}

import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import { flag, list, record, text, unwrap } from "./lenient.ts";

/** A part of a list, and where the next part is. Without `next` it is the last one. */
export interface Page {
  entries: readonly unknown[];
  next?: string | undefined;
}

const mostPages = 20;

/**
 * All entries of a list that comes in pages. `ask` reads the page at a cursor, the first one without any.
 * @throws provider_unexpected_response when a cursor comes again, or a page that is not the last, and after 20 pages:
 * neither a part nor something counted twice may pass for the whole.
 */
export async function readPages(
  name: string,
  ask: (cursor: string | undefined) => Promise<Page>,
): Promise<unknown[]> {
  const pages: (readonly unknown[])[] = [];
  const seen = new Set<string>();
  let before = "";
  for (let cursor: string | undefined; pages.length < mostPages; ) {
    const page = await ask(cursor);
    pages.push(page.entries);
    // The last page may well equal the one before.
    if (page.next === undefined) return pages.flat();
    const content = page.entries.length === 0 ? "" : JSON.stringify(page.entries);
    if (seen.has(page.next) || (content !== "" && content === before)) {
      throw new AppError(
        "provider_unexpected_response",
        `${name} sends the same page again: its list has no end.`,
      );
    }
    seen.add(page.next);
    cursor = page.next;
    before = content;
  }
  throw new AppError(
    "provider_unexpected_response",
    `${name} has more than ${mostPages} pages, too many to add up.`,
  );
}

const pageFields = record({ data: list(z.unknown()), has_more: flag, next_page: text });

/**
 * The page in an answer `{ data, has_more, next_page }`, as Anthropic and OpenAI give it (checked 2026-11-22).
 * `has_more` may be missing; then `next_page` decides.
 * @throws provider_unexpected_response for another shape, or when there is more and it is not said where.
 */
export function cursorPage(name: string, answer: unknown): Page {
  const outer = unwrap(answer, ["has_more", "next_page"]) ?? unwrap(answer, ["data"]);
  const page = pageFields.parse(outer);
  const entries = page?.data ?? pageFields.parse(unwrap(outer?.data, ["data"]))?.data;
  const lost = page?.has_more === true && page.next_page === undefined;
  if (entries === undefined || lost) {
    throw new AppError("provider_unexpected_response", `${name} answered without the list it was asked for.`);
  }
  return { entries, next: page?.has_more === false ? undefined : page?.next_page };
}

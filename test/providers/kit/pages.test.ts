import { describe, expect, it } from "vitest";
import { cursorPage, type Page, readPages } from "../../../src/providers/kit/pages.ts";

/** Reads a list of so many pages with two entries each, of which the last one has no next. */
async function read(count: number) {
  const asked: (string | undefined)[] = [];
  const entries = await readPages("Canary Inc", async (cursor): Promise<Page> => {
    asked.push(cursor);
    const number = Number(cursor ?? 1);
    return { entries: [number, -number], next: number < count ? String(number + 1) : undefined };
  });
  return { asked, entries };
}

const unexpected = expect.objectContaining({ code: "provider_unexpected_response" });

describe("a list in pages", () => {
  it("is read from the first page to the one without a next", async () => {
    const { asked, entries } = await read(3);
    expect(asked).toEqual([undefined, "2", "3"]);
    expect(entries).toEqual([1, -1, 2, -2, 3, -3]);
  });

  it("may have 20 pages and no more", async () => {
    expect((await read(20)).entries).toHaveLength(40);
    await expect(read(21)).rejects.toEqual(unexpected);
  });

  it("is refused when a cursor comes again, however late", async () => {
    const next: Record<string, string> = { first: "a", a: "b", b: "a" };
    let asked = 0;
    const reading = readPages("Canary Inc", async (cursor = "first") => {
      asked++;
      return { entries: [asked], next: next[cursor] };
    });
    await expect(reading).rejects.toEqual(unexpected);
    expect(asked).toBe(3);
  });

  it("is refused when a page comes again under a new cursor", async () => {
    let asked = 0;
    const reading = readPages("Canary Inc", async () => ({ entries: ["same"], next: String(++asked) }));
    await expect(reading).rejects.toEqual(unexpected);
    expect(asked).toBe(2);
  });

  it("may end with a page that equals the one before", async () => {
    await expect(
      readPages("Canary Inc", async (cursor) => ({
        entries: ["same"],
        next: cursor === undefined ? "2" : undefined,
      })),
    ).resolves.toEqual(["same", "same"]);
  });

  it("may have empty pages in between", async () => {
    const pages: Page[] = [{ entries: [], next: "1" }, { entries: [], next: "2" }, { entries: ["last"] }];
    await expect(
      readPages("Canary Inc", async (cursor = "0") => pages[Number(cursor)] ?? { entries: [] }),
    ).resolves.toEqual(["last"]);
  });

  it("stands a page with very many entries", async () => {
    const entries = Array.from({ length: 500_000 }, () => 0);
    await expect(readPages("Canary Inc", async () => ({ entries }))).resolves.toHaveLength(500_000);
  });
});

describe("a page with a cursor", () => {
  it.each([
    ["has no next", { data: [1], has_more: false, next_page: null }, { entries: [1] }],
    ["is followed", { data: [1], has_more: true, next_page: "a" }, { entries: [1], next: "a" }],
    ["is followed without has_more", { data: [1], next_page: "a" }, { entries: [1], next: "a" }],
    ["ends in spite of a cursor", { data: [1], has_more: false, next_page: "a" }, { entries: [1] }],
    ["is wrapped", { result: { data: [1], has_more: true, next_page: "a" } }, { entries: [1], next: "a" }],
    ["is wrapped in data", { data: { data: [1], has_more: false } }, { entries: [1] }],
    ["is wrapped in data and bare", { data: { data: [1] } }, { entries: [1] }],
  ])("%s", (_, answer, page) => {
    expect(cursorPage("Canary Inc", answer)).toEqual(page);
  });

  it.each([
    [{ data: [1], has_more: true }],
    [{ data: [1], has_more: true, next_page: 7 }],
    [{ data: {} }],
    [{ data: null, has_more: false }],
    [{}],
    [[]],
    [null],
  ])("is refused when it is %j", (answer) => {
    expect(() => cursorPage("Canary Inc", answer)).toThrow(unexpected);
  });
});

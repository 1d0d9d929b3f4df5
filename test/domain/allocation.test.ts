import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Allocation,
  type AllocationBook,
  addUse,
  emptyAllocations,
  type Grant,
  type GrantRules,
  grant,
  overageOf,
  release,
  sweep,
  unusedOf,
  type Wish,
} from "../../src/core/domain/allocation.ts";
import type { TokenWindow, TokenWindows } from "../../src/core/domain/capacity.ts";
import { start } from "../fakes/core.ts";

const hour = 3_600_000;

const window = (tokens: number, rest: Partial<TokenWindow> = {}): TokenWindow => ({
  ...{ id: "daily", label: "daily", tokens, basis: "counted", accounts: ["a"], ...rest },
});

function wish(agent: string, tokens: number, rest: Partial<Wish> = {}): Wish {
  const times = { createdAt: start, expiresAt: start + 4 * hour };
  return { id: `of ${agent}`, agent, account: "a", priority: "normal", tokens, ...times, ...rest };
}

function ask(
  book: AllocationBook,
  wanted: Wish,
  rest: Partial<GrantRules> & { windows?: TokenWindows } = {},
): Grant {
  const rules = { windows: [window(1000)] as const, maxConcurrent: {}, lendUnused: false, ...rest };
  return grant(book, wanted, rules);
}

/** The book with all of these granted. */
function bookOf(...wishes: Wish[]): AllocationBook {
  return wishes.reduce((book, wanted) => {
    const granted = ask(book, wanted);
    if (granted.kind !== "granted") throw new Error(`${wanted.agent} was not granted.`);
    return granted.book;
  }, emptyAllocations);
}

describe("reserving", () => {
  it("takes the last token, and not one more", () => {
    const book = bookOf(wish("one", 600));
    expect(ask(book, wish("two", 400))).toMatchObject({ kind: "granted", binding: { free: 0 } });
    expect(ask(book, wish("two", 401))).toMatchObject({
      ...{ kind: "short", binding: { free: 400 }, freeAt: start + 4 * hour },
    });
  });

  it("holds what is not used yet, and nothing that is in the window's count already", () => {
    const book = addUse(bookOf(wish("one", 600)), "of one", { isNew: true, tokens: 250 });
    expect(ask(book, wish("two", 401), { windows: [window(750)] }).kind).toBe("short");
    expect(ask(book, wish("two", 400), { windows: [window(750)] }).kind).toBe("granted");
  });

  it("goes by the window with the least, of those that count the model", () => {
    const windows: TokenWindows = [window(1000), window(300, { id: "opus", models: ["opus"] })];
    expect(ask(emptyAllocations, wish("one", 400, { model: "opus" }), { windows })).toMatchObject({
      ...{ kind: "short", binding: { window: { id: "opus" }, free: 300 } },
    });
    const book = bookOf(wish("one", 250, { model: "sonnet" }));
    expect(ask(book, wish("two", 300, { model: "opus" }), { windows }).kind).toBe("granted");
  });

  it("counts what others hold of an account on the same pool", () => {
    const book = bookOf(wish("one", 700));
    const shared: TokenWindows = [window(1000, { accounts: ["a", "b"] })];
    expect(ask(book, wish("two", 400, { account: "b" }), { windows: shared }).kind).toBe("short");
    const apart: TokenWindows = [window(1000, { accounts: ["b"] })];
    expect(ask(book, wish("two", 400, { account: "b" }), { windows: apart }).kind).toBe("granted");
  });

  it("gives an agent one allocation of an account, and others of other accounts", () => {
    const book = bookOf(wish("one", 10));
    expect(ask(book, wish("one", 10))).toMatchObject({ kind: "held", allocation: { id: "of one" } });
    const windows: TokenWindows = [window(1000, { accounts: ["b"] })];
    expect(ask(book, wish("one", 10, { account: "b" }), { windows }).kind).toBe("granted");
  });

  it("keeps to how many may work at a time, on the provider and on the account", () => {
    const book = bookOf(wish("one", 10, { expiresAt: start + 60_000 }), wish("two", 10));
    const windows: TokenWindows = [window(1000, { accounts: ["b"] })];
    expect(ask(book, wish("three", 10), { maxConcurrent: { provider: 2 } })).toEqual({
      ...{ kind: "crowded", of: "provider", most: 2, freeAt: start + 60_000 },
    });
    expect(ask(book, wish("three", 10), { maxConcurrent: { account: 2 } })).toMatchObject({ of: "account" });
    const other = wish("three", 10, { account: "b" });
    expect(ask(book, other, { windows, maxConcurrent: { account: 2, provider: 3 } }).kind).toBe("granted");
  });
});

describe("a high priority", () => {
  const low = (agent: string, tokens: number) => wish(agent, tokens, { priority: "low" });
  const high = wish("urgent", 500, { priority: "high" });

  it("takes what low ones have not used, where that is configured, from those with the most first", () => {
    const used = addUse(bookOf(low("one", 600), low("two", 300)), "of one", { isNew: true, tokens: 100 });
    const windows: TokenWindows = [window(900)];
    expect(ask(used, high, { windows }).kind).toBe("short");
    const granted = ask(used, high, { windows, lendUnused: true });
    expect(granted).toMatchObject({ kind: "granted", binding: { free: 0 } });
    expect(granted.kind === "granted" && granted.book.active).toMatchObject([
      { agent: "one", tokens: 200, used: 100, lent: 400 },
      { agent: "two", tokens: 300, lent: 0 },
      { agent: "urgent", tokens: 500 },
    ]);
  });

  it("takes nothing when all of it would not be enough, nor from its equals, nor while there is room", () => {
    const book = bookOf(low("one", 400), wish("two", 600));
    expect(ask(book, high, { lendUnused: true })).toMatchObject({ kind: "short", binding: { free: 0 } });
    const roomy = ask(bookOf(low("one", 400)), high, { lendUnused: true });
    expect(roomy.kind === "granted" && roomy.book.active[0]).toMatchObject({ tokens: 400, lent: 0 });
    expect(ask(bookOf(low("one", 800)), { ...high, priority: "normal" }, { lendUnused: true }).kind).toBe(
      "short",
    );
  });
});

describe("use", () => {
  it("beyond what was reserved is counted and told", () => {
    const book = addUse(bookOf(wish("one", 100)), "of one", { isNew: true, tokens: 130 });
    const [one] = book.active;
    expect(one && [overageOf(one), unusedOf(one)]).toEqual([30, 0]);
  });

  it("that the ledger has counts once, also when a crash came between the two", () => {
    const before = bookOf(wish("one", 100));
    const report = { id: "req_1", tokens: 40 };
    const lost = addUse(before, "of one", { ...report, isNew: false });
    expect(lost.active[0]).toMatchObject({ used: 40 });
    expect(addUse(lost, "of one", { ...report, isNew: false })).toBe(lost);
    const many = Array.from({ length: 9 }, (_, index) => ({ id: `more-${index}`, isNew: true, tokens: 1 }));
    const full = many.reduce((book, one) => addUse(book, "of one", one), lost);
    expect(addUse(full, "of one", { ...report, isNew: false })).toBe(full);
  });

  it("of what has ended changes nothing", () => {
    const book = release(bookOf(wish("one", 100)), bookOf(wish("one", 100)).active, start);
    expect(addUse(book, "of one", { isNew: true, tokens: 1 })).toBe(book);
  });
});

describe("an allocation", () => {
  it("ends at its time, and is remembered for a day", () => {
    const book = bookOf(wish("one", 100), wish("two", 100, { expiresAt: start + hour }));
    expect(sweep(book, start + hour - 1).book).toBe(book);
    const swept = sweep(book, start + 2 * hour);
    expect(swept.expired).toMatchObject([{ agent: "two" }]);
    expect(swept.book.ended).toMatchObject([{ agent: "two", how: "expired", endedAt: start + hour }]);
    const day = release(swept.book, swept.book.active, start + 26 * hour);
    expect(day.ended).toMatchObject([{ agent: "one", how: "released" }]);
  });

  it("of an agent that begins anew is no longer remembered", () => {
    const book = bookOf(wish("one", 100));
    const again = ask(release(book, book.active, start), wish("one", 100, { id: "again" }));
    expect(again.kind === "granted" && again.book.ended).toEqual([]);
  });
});

describe("a book of allocations", () => {
  type Step =
    | {
        do: "ask";
        agent: number;
        account: "a" | "b";
        model?: string | undefined;
        tokens: number;
        priority: Wish["priority"];
      }
    | { do: "use"; pick: number; tokens: number }
    | { do: "release"; pick: number }
    | { do: "wait"; minutes: number };
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("ask" as const),
        agent: fc.nat(7),
        account: fc.constantFrom("a", "b"),
        model: fc.constantFrom(undefined, "opus", "sonnet"),
        tokens: fc.integer({ min: 1, max: 500 }),
        priority: fc.constantFrom("low", "normal", "high"),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("use" as const), pick: fc.nat(9), tokens: fc.nat(300) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("release" as const), pick: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.nat(180) }) },
  );
  const limits = [
    { id: "a", limit: 1000, draws: (one: Pick<Wish, "account">) => one.account === "a" },
    {
      id: "opus of a",
      limit: 400,
      draws: (one: Pick<Wish, "account" | "model">) => one.account === "a" && one.model !== "sonnet",
    },
    { id: "b", limit: 300, draws: (one: Pick<Wish, "account">) => one.account === "b" },
  ];

  it.each([false, true])("does what a list of reservations would do, with lending %j", (lendUnused) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let book = emptyAllocations;
        let now = start;
        let model: Allocation[] = [];
        const spent: Wish[] = [];
        const spentOf = (draws: (one: Wish) => boolean) =>
          spent.filter(draws).reduce((sum, one) => sum + one.tokens, 0);
        let beyond = 0;
        for (const [index, one] of steps.entries()) {
          if (one.do === "wait") now += one.minutes * 60_000;
          book = sweep(book, now).book;
          model = model.filter(({ expiresAt }) => expiresAt > now);
          if (one.do === "ask") {
            const wanted = wish(`agent-${one.agent}`, one.tokens, {
              ...{ id: String(index), account: one.account, model: one.model, priority: one.priority },
              ...{ createdAt: now, expiresAt: now + hour },
            });
            const around = limits.filter(({ draws }) => draws(wanted));
            const [first, ...others] = around.map(({ id, limit, draws }) =>
              window(Math.max(0, limit - spentOf(draws)), {
                ...{ id, accounts: [one.account], ...(id === "opus of a" && { models: ["opus"] }) },
              }),
            );
            const windows = [first as TokenWindow, ...others] as const;
            const answer = ask(book, wanted, {
              windows,
              lendUnused,
              maxConcurrent: { provider: 5, account: 4 },
            });
            const has = model.some((held) => held.agent === wanted.agent && held.account === wanted.account);
            const crowded =
              model.length >= 5 || model.filter((held) => held.account === one.account).length >= 4;
            const lends = lendUnused && one.priority === "high";
            const fits = around.every(({ limit, draws }) => {
              const held = model.filter((held) => draws(held) && !(lends && held.priority === "low"));
              const free =
                Math.max(0, limit - spentOf(draws)) - held.reduce((sum, of) => sum + unusedOf(of), 0);
              return free >= one.tokens;
            });
            expect(answer.kind).toBe(has ? "held" : crowded ? "crowded" : fits ? "granted" : "short");
            if (answer.kind === "granted") {
              book = answer.book;
              const shape = ({ id, tokens, lent, used }: Allocation) => [id, tokens + lent, used];
              expect(book.active.map(shape)).toEqual([...model, answer.allocation].map(shape));
              const shrunk = model.filter((held, at) => held.tokens !== book.active[at]?.tokens);
              expect(shrunk.every(({ priority }) => lends && priority === "low")).toBe(true);
              model = [...book.active];
            }
          }
          const picked = "pick" in one ? model[one.pick] : undefined;
          if (one.do === "use" && picked !== undefined) {
            beyond += Math.max(0, one.tokens - unusedOf(picked));
            spent.push({ ...picked, tokens: one.tokens });
            book = addUse(book, picked.id, { id: `use-${index}`, isNew: true, tokens: one.tokens });
            model = model.map((held) => (held === picked ? { ...held, used: held.used + one.tokens } : held));
          }
          if (one.do === "release" && picked !== undefined) {
            book = release(book, [picked], now);
            model = model.filter((held) => held !== picked);
          }
          expect(book.active.map(({ id, tokens, used }) => [id, tokens, used])).toEqual(
            model.map(({ id, tokens, used }) => [id, tokens, used]),
          );
          for (const { limit, draws } of limits) {
            const reserved = book.active.filter(draws).reduce((sum, held) => sum + unusedOf(held), 0);
            expect(reserved + spentOf(draws)).toBeLessThanOrEqual(limit + beyond);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

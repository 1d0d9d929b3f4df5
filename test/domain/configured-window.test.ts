import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nothingSpent, type Spent } from "../../src/core/domain/book.ts";
import {
  applyConfiguredWindows,
  type ConfiguredWindow,
  countIn,
  windowSpan,
} from "../../src/core/domain/configured-window.ts";
import type { Reading, Spend } from "../../src/core/domain/quota.ts";
import { quota, start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const utc = (text: string) => Date.parse(`${text}Z`);

/** Start and reset of the window around an instant, in UTC, with its length in hours. */
function spanOf(resets: ConfiguredWindow["resets"], now: string, timezone = "UTC") {
  const span = windowSpan({ resets }, utc(now), timezone);
  const resetsAt = span.resetsAt ?? Number.NaN;
  return [
    new Date(span.start).toISOString().slice(0, 16),
    new Date(resetsAt).toISOString().slice(0, 16),
    (resetsAt - span.start) / hour,
  ];
}

describe("a daily window", () => {
  it("starts over at its time, in its own zone or the team's", () => {
    expect(spanOf({ at: "10:00", zone: "Asia/Shanghai" }, "2026-11-22T01:59")).toEqual([
      "2026-11-21T02:00",
      "2026-11-22T02:00",
      24,
    ]);
    expect(spanOf({ at: "00:00" }, "2026-11-22T03:00", "America/New_York")).toEqual([
      "2026-11-21T05:00",
      "2026-11-22T05:00",
      24,
    ]);
  });

  it("belongs to the new day from the very instant of the reset", () => {
    expect(spanOf({ at: "00:00" }, "2026-11-22T00:00")[0]).toBe("2026-11-22T00:00");
  });

  it("has 23 or 25 hours when the clocks change", () => {
    expect(spanOf({ at: "00:00" }, "2026-03-29T12:00", "Europe/Berlin")[2]).toBe(23);
    expect(spanOf({ at: "00:00" }, "2026-10-25T12:00", "Europe/Berlin")[2]).toBe(25);
  });

  it("begins with the jump on days without midnight", () => {
    const brazil = "America/Sao_Paulo";
    expect(spanOf({ at: "00:00" }, "2018-11-04T12:00", brazil)).toEqual([
      "2018-11-04T03:00",
      "2018-11-05T02:00",
      23,
    ]);
    expect(spanOf({ at: "00:00" }, "2018-11-04T02:59", brazil)).toEqual([
      "2018-11-03T03:00",
      "2018-11-04T03:00",
      24,
    ]);
    expect(spanOf({ at: "00:00" }, "2026-04-24T12:00", "Africa/Cairo")[2]).toBe(23);
  });

  it("begins at the first of two midnights", () => {
    // The clocks of St. John's went from 00:01 back to 23:01 on the day before.
    const [from, to] = spanOf({ at: "00:00" }, "2010-11-07T02:45", "America/St_Johns");
    expect([from, to]).toEqual(["2010-11-07T02:30", "2010-11-08T03:30"]);
  });
});

describe("a monthly window", () => {
  it("starts over on its day, at midnight unless told", () => {
    expect(spanOf({ day: 15 }, "2026-11-22T03:00").slice(0, 2)).toEqual([
      "2026-11-15T00:00",
      "2026-12-15T00:00",
    ]);
    expect(spanOf({ day: 15, at: "09:30", zone: "Europe/Berlin" }, "2026-11-15T08:00").slice(0, 2)).toEqual([
      "2026-10-15T07:30",
      "2026-11-15T08:30",
    ]);
  });

  it.each([
    ["2026-02-10T00:00", "2026-01-31T00:00", "2026-02-28T00:00"],
    ["2028-02-29T00:00", "2028-02-29T00:00", "2028-03-31T00:00"],
    ["2026-04-30T23:59", "2026-04-30T00:00", "2026-05-31T00:00"],
    ["2026-12-31T12:00", "2026-12-31T00:00", "2027-01-31T00:00"],
  ])("on the 31st takes the last day of a shorter month, as around %s", (now, from, to) => {
    expect(spanOf({ day: 31 }, now).slice(0, 2)).toEqual([from, to]);
  });
});

it("a window that is asked for again and again is always that of the instant asked for", () => {
  const window: ConfiguredWindow = { id: "daily", unit: "tokens", limit: 1, resets: { at: "00:00" } };
  const startAt = (now: string, zone: string) =>
    new Date(windowSpan(window, utc(now), zone).start).toISOString().slice(0, 16);
  expect(startAt("2026-11-22T23:59", "UTC")).toBe("2026-11-22T00:00");
  expect(startAt("2026-11-23T00:00", "UTC")).toBe("2026-11-23T00:00");
  expect(startAt("2026-11-22T23:59", "UTC")).toBe("2026-11-22T00:00");
  expect(startAt("2026-11-22T23:59", "Europe/Berlin")).toBe("2026-11-22T23:00");
});

it("a rolling window looks back from now and never resets", () => {
  expect(windowSpan({ rolling: 5 * hour }, start, "UTC")).toEqual({ start: start - 5 * hour });
});

/** The zone's date and time in quarters of an hour, as Swedes write it, which sorts. */
function wallReader(zone: string): (instant: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return (instant) => format.format(instant);
}

/** The span as a walk in steps of a quarter finds it: each turn is the first step that shows its time or a later one. */
function walkedSpan(resets: { at: string; day?: number }, now: number, zone: string) {
  const wallAt = wallReader(zone);
  const reach = resets.day === undefined ? 3 * day : 63 * day;
  const turns = new Set<number>();
  let latest = wallAt(now - reach);
  for (let instant = now - reach; instant <= now + reach; instant += 15 * minute) {
    const wall = wallAt(instant);
    for (
      let date = utc(`${latest.slice(0, 10)}T00:00`);
      date <= utc(`${wall.slice(0, 10)}T00:00`);
      date += day
    ) {
      const turn = `${new Date(date).toISOString().slice(0, 10)} ${resets.at}`;
      if (latest < turn && turn <= wall && isDue(date, resets.day)) turns.add(instant);
    }
    if (wall > latest) latest = wall;
  }
  const found = [...turns];
  return { start: found.findLast((turn) => turn <= now), resetsAt: found.find((turn) => turn > now) };
}

function isDue(date: number, dayOfMonth: number | undefined): boolean {
  if (dayOfMonth === undefined) return true;
  const today = new Date(date).getUTCDate();
  const isLast = new Date(date + day).getUTCDate() === 1;
  return today === dayOfMonth || (isLast && today < dayOfMonth);
}

/** Instants, in UTC, at which the clocks of a zone changed or will. */
const changes = [
  ["Africa/Cairo", "2026-04-23T22:00"],
  ["Africa/Cairo", "2026-10-29T21:00"],
  ["America/Havana", "2026-03-08T05:00"],
  ["America/Havana", "2026-11-01T05:00"],
  ["America/Sao_Paulo", "2018-02-18T02:00"],
  ["America/Sao_Paulo", "2018-11-04T03:00"],
  ["Australia/Lord_Howe", "2026-04-04T15:00"],
  ["Australia/Lord_Howe", "2026-10-03T15:30"],
  ["Europe/Berlin", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-10-25T01:00"],
  ["Pacific/Apia", "2011-12-30T10:00"],
  ["Pacific/Chatham", "2026-09-26T14:00"],
] as const;

describe("the span of a window that starts over by the clock", () => {
  const quarters = (from: number, to: number) =>
    fc
      .integer({ min: from / (15 * minute), max: Math.floor(to / (15 * minute)) })
      .map((quarter) => quarter * 15 * minute);
  const anyCase = fc.tuple(
    fc.constantFrom("America/New_York", "Asia/Kathmandu", "UTC", ...changes.map(([zone]) => zone)),
    quarters(utc("1995-01-01T00:00"), utc("2035-01-01T00:00")),
  );
  const nearChange = fc
    .tuple(fc.constantFrom(...changes), quarters(-2 * day, 2 * day))
    .map(([[zone, change], off]): [string, number] => [zone, utc(change) + off]);
  const place = fc.oneof(anyCase, nearChange);
  const at = quarters(0, day - 1).map((time) => new Date(time).toISOString().slice(11, 16));

  it("is the one that a walk along the zone's clocks finds, by day", () => {
    fc.assert(
      fc.property(place, at, ([zone, now], at) => {
        expect(windowSpan({ resets: { at } }, now, zone)).toEqual(walkedSpan({ at }, now, zone));
      }),
    );
  });

  it("is the one that a walk along the zone's clocks finds, by month", () => {
    fc.assert(
      fc.property(place, at, fc.integer({ min: 1, max: 31 }), ([zone, now], at, day) => {
        expect(windowSpan({ resets: { at, day } }, now, zone)).toEqual(walkedSpan({ at, day }, now, zone));
      }),
      { numRuns: 25 },
    );
  });
});

describe("the team's own windows", () => {
  const daily: ConfiguredWindow = {
    id: "daily-tokens",
    unit: "tokens",
    limit: 1_000,
    resets: { at: "00:00" },
  };
  const monthly: ConfiguredWindow = {
    id: "month",
    unit: "usd",
    limit: 20,
    resets: { day: 1, zone: "Europe/Berlin" },
  };
  const midnight = utc("2026-11-23T00:00");
  const spend = (rest: Partial<Spend> = {}): Spend => ({
    kind: "spend",
    id: "tokens-today",
    label: "Tokens today",
    unit: "tokens",
    used: 250,
    windowSeconds: 86_400,
    resetsAt: midnight,
    ...rest,
  });
  const apply = (readings: Reading[], ...windows: ConfiguredWindow[]) =>
    applyConfiguredWindows(readings, windows, start, "UTC");

  it("are quotas whose use is unknown while nobody counts it", () => {
    const rolling: ConfiguredWindow = { id: "rolling", unit: "tokens", limit: 50, rolling: 5 * hour };
    expect(apply([], { ...daily, label: "Free tier" }, rolling)).toEqual([
      {
        kind: "quota",
        id: "daily-tokens",
        label: "Free tier",
        windowSeconds: 86_400,
        unit: "tokens",
        used: undefined,
        limit: 1_000,
        resetsAt: midnight,
      },
      {
        kind: "quota",
        id: "rolling",
        label: "5-hour",
        windowSeconds: 18_000,
        unit: "tokens",
        used: undefined,
        limit: 50,
        resetsAt: undefined,
      },
    ]);
  });

  it("take what is used from the provider's spend over the same span, which then counts once", () => {
    const [found, ...others] = apply([spend({ resetsAt: midnight + 9 * minute })], daily);
    expect(found).toMatchObject({ kind: "quota", label: "daily", used: 250, limit: 1_000 });
    expect(others).toEqual([]);
  });

  it("take the provider's calendar month for theirs, in whichever zone it begins", () => {
    const month = {
      id: "month",
      unit: "usd",
      used: 12,
      windowSeconds: 30 * 86_400,
      resetsAt: utc("2026-12-01T00:00"),
    };
    expect(apply([spend(month)], monthly)).toMatchObject([
      { kind: "quota", label: "monthly", used: 12, limit: 20 },
    ]);
    const fromThe2nd = { ...monthly, resets: { day: 2 } };
    expect(apply([spend(month)], fromThe2nd)).toMatchObject([{ kind: "spend" }, { used: undefined }]);
  });

  it.each<[string, Partial<Spend>]>([
    ["another unit", { unit: "requests" }],
    ["another length", { windowSeconds: 7 * 86_400 }],
    ["another reset", { resetsAt: midnight + 11 * minute }],
    ["the day before", { resetsAt: midnight - day }],
    ["no reset that is told", { resetsAt: undefined }],
    ["no length that is told", { windowSeconds: undefined }],
  ])("leave alone a spend over %s", (_, rest) => {
    expect(apply([spend(rest)], daily)).toMatchObject([
      { kind: "spend" },
      { id: "daily-tokens", used: undefined },
    ]);
  });

  it("do not guess which of two spends counts", () => {
    const both = [spend(), spend({ id: "tokens-batch", used: 9 })];
    expect(apply(both, daily)).toMatchObject([...both, { id: "daily-tokens", used: undefined }]);
  });

  it("leave a spend its own limit", () => {
    expect(apply([spend({ limit: 800 })], daily)).toMatchObject([
      { kind: "spend", limit: 800 },
      { kind: "quota", used: 250, limit: 1_000 },
    ]);
  });

  it("give way to a quota that the provider tells under the same id", () => {
    const told = [quota({ id: "daily-tokens", used: 3 })];
    expect(apply(told, daily)).toEqual(told);
  });

  describe("that are counted from records", () => {
    const counted = { used: 700, atLeast: false, at: start - 1 };
    const applyCounted = (readings: Reading[], window = daily) =>
      applyConfiguredWindows(readings, [window], start, "UTC", ({ id }) =>
        id === "daily-tokens" ? counted : undefined,
      );

    it("say what was counted, as of when", () => {
      expect(applyCounted([])).toEqual([
        {
          kind: "quota",
          id: "daily-tokens",
          label: "daily",
          windowSeconds: 86_400,
          unit: "tokens",
          used: 700,
          limit: 1_000,
          resetsAt: midnight,
          counted: { at: start - 1, atLeast: false },
        },
      ]);
      expect(applyCounted([], monthly)).toMatchObject([{ used: undefined }]);
    });

    it("leave the word to a provider that counts itself", () => {
      const [quotaOfSpend] = applyCounted([spend()]);
      expect(quotaOfSpend).toMatchObject({ used: 250 });
      expect(quotaOfSpend).not.toHaveProperty("counted");
      const told = [quota({ id: "daily-tokens", used: 3 })];
      expect(applyCounted(told)).toEqual(told);
    });

    it("stay unknown where a provider counts twice", () => {
      expect(applyCounted([spend(), spend({ id: "tokens-batch" })]).at(-1)).toMatchObject({
        used: undefined,
      });
    });
  });
});

describe("what records add up to in a unit", () => {
  const spent: Spent = {
    records: 4,
    requests: 3,
    tokens: 12_000_000,
    audioMs: 48_060_000,
    costMicros: 8_004_200,
    unpriced: 0,
  };

  it.each([
    ["tokens", 12_000_000],
    ["requests", 3],
    ["minutes", 801],
    ["hours", 13.35],
    ["usd", 8.0042],
  ])("is known of %s", (unit, used) => {
    expect(countIn(unit, spent)).toEqual({ used, atLeast: false });
    expect(countIn(unit, nothingSpent())).toEqual({ used: 0, atLeast: false });
  });

  it.each(["percent", "credits", "cny", "eur"])("is not known of %s", (unit) => {
    expect(countIn(unit, spent)).toBeUndefined();
  });

  it("is a least of money when some prices are not known, and unknown when none is", () => {
    expect(countIn("usd", { ...spent, unpriced: 3 })).toEqual({ used: 8.0042, atLeast: true });
    expect(countIn("usd", { ...spent, costMicros: 0, unpriced: 4 })).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { createCalendar } from "../../src/core/domain/calendar.ts";
import { AppError } from "../../src/core/errors.ts";
import { createTicks } from "../../src/core/services/ticks.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createManualClock, start } from "../fakes/core.ts";
import { createGate } from "../fakes/gate.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Some processes on one store, each with its own clock. */
function setUp(
  rest: { processes?: number; shared?: boolean; zone?: string; now?: number; lease?: number } = {},
) {
  const { settings } = createMemoryStore();
  const { shared = true, zone = "UTC", now = start, lease } = rest;
  const processes = Array.from({ length: rest.processes ?? 2 }, () => {
    const clock = createManualClock(now);
    const runs: string[] = [];
    return {
      clock,
      runs,
      ...createTicks({ settings, clock, calendar: createCalendar(zone), shared, lease }),
      work: (name: string) => async () => void runs.push(name),
    };
  });
  const [first, second] = processes;
  if (first === undefined || second === undefined) throw new Error("There are two at least.");
  return {
    ...{ first, second, processes, settings },
    advance: (milliseconds: number) => {
      for (const { clock } of processes) clock.advance(milliseconds);
    },
    runs: () => processes.flatMap(({ runs }) => runs),
  };
}

describe("a tick", () => {
  it("is claimed by one of many processes that ask at once", async () => {
    const { processes } = setUp({ processes: 12 });
    const won = await Promise.all(processes.map(({ claim }) => claim("read", 1)));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it("is over when a later one has been claimed", async () => {
    const { first, second } = setUp();
    expect([
      await first.claim("read", 7),
      await second.claim("read", 6),
      await second.claim("read", 8),
    ]).toEqual([...[true, false, true]]);
    expect([await first.claim("tidy", "2026-11-30"), await second.claim("tidy", "2026-12-01")]).toEqual([
      ...[true, true],
    ]);
  });

  it("of one job is none of another's", async () => {
    const { first, second } = setUp();
    expect([await first.claim("read", 7), await second.claim("sweep", 7)]).toEqual([true, true]);
  });

  it("that a clock claimed which was wrong by years stops nobody", async () => {
    const { first, second } = setUp();
    first.clock.advance(4 * 365 * 24 * hour);
    await first.every("read", 30_000, first.work("ahead"));
    expect(await second.every("read", 30_000, second.work("now"))).toBe(true);
  });
});

describe("a job of every half minute", () => {
  it("runs once for all processes, however late or early their timers fire", async () => {
    const { first, second, advance, runs } = setUp({ now: start - 1 });
    await first.every("read", 30_000, first.work("1"));
    second.clock.advance(4_000);
    await second.every("read", 30_000, second.work("1 again"));
    advance(30_000);
    await second.every("read", 30_000, second.work("2"));
    await first.every("read", 30_000, first.work("2 again"));
    expect(runs().sort()).toEqual(["1", "2"]);
  });

  it("is not begun anywhere while it still runs somewhere", async () => {
    const { first, second, advance, runs } = setUp();
    const { opened, open } = createGate();
    const long = first.every("read", 30_000, () => opened);
    await expect.poll(() => second.every("read", 30_000, second.work("too soon"))).toBe(false);
    advance(minute);
    expect(await second.every("read", 30_000, second.work("too soon"))).toBe(false);
    open();
    expect(await long).toBe(true);
    expect(await second.every("read", 30_000, second.work("next"))).toBe(true);
    expect(runs()).toEqual(["next"]);
  });

  it("goes on elsewhere when the process that was at it has died", async () => {
    const { first, second, advance } = setUp();
    void first.every("read", 30_000, () => new Promise(() => {}));
    await expect.poll(() => second.every("read", 30_000, second.work("too soon"))).toBe(false);
    advance(3 * minute);
    expect(await second.every("read", 30_000, second.work("next"))).toBe(true);
  });

  it("stays where it is for as long as it takes", async () => {
    const { first, settings } = setUp({ lease: 20 });
    const { opened, open } = createGate();
    const long = first.every("read", 30_000, () => opened);
    first.clock.advance(1_000);
    const busyUntil = async () =>
      ((await settings.get("tick read")) as { busyUntil?: number } | undefined)?.busyUntil;
    await expect.poll(busyUntil).toBe(start + 1_020);
    open();
    await long;
    expect(await busyUntil()).toBeUndefined();
  });

  it("that fails says so, and the next one runs", async () => {
    const { first, second, advance } = setUp();
    const failure = new Error("The provider is on fire.");
    await expect(first.every("read", 30_000, () => Promise.reject(failure))).rejects.toBe(failure);
    advance(30_000);
    expect(await second.every("read", 30_000, second.work("next"))).toBe(true);
  });

  it("writes nothing down where there is one process", async () => {
    const { first, settings } = setUp({ shared: false });
    expect(await first.every("read", 30_000, first.work("1"))).toBe(true);
    expect(await first.every("read", 30_000, first.work("2"))).toBe(true);
    expect(first.runs).toEqual(["1", "2"]);
    expect(await settings.get("tick read")).toBeUndefined();
  });
});

describe("a job of every day", () => {
  it.each([true, false])("runs once a day from its time on, with others on the store: %s", async (shared) => {
    const { first, second, advance, runs } = setUp({ shared });
    const look = async (name: string) => {
      await first.daily("tidy up", "03:17", first.work(name));
      await second.daily("tidy up", "03:17", second.work(name));
    };
    await look("yesterday's");
    advance(16 * minute);
    await look("too soon");
    advance(minute);
    await look("Sunday");
    advance(12 * hour);
    await look("again");
    advance(12 * hour);
    await look("Monday");
    expect(runs()).toEqual(["yesterday's", "Sunday", "Monday"]);
  });

  it("runs once on return, however many days were missed", async () => {
    const { first, advance } = setUp({ now: start + hour });
    await first.daily("tidy up", "03:17", first.work("before"));
    advance(3 * 24 * hour - 2 * hour);
    for (const name of ["on return", "no more"]) await first.daily("tidy up", "03:17", first.work(name));
    advance(2 * hour);
    await first.daily("tidy up", "03:17", first.work("of today"));
    expect(first.runs).toEqual(["before", "on return", "of today"]);
  });

  it("comes with the jump where clocks jump over its time, and once where they show it twice", async () => {
    for (const [night, expected] of [
      ["2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z"],
      ["2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z"],
    ] as const) {
      const { first } = setUp({ zone: "Europe/Berlin", now: Date.parse(night) });
      await first.claim("tidy up", "2026-03-28");
      const ran: string[] = [];
      for (let step = 0; step < 48; step += 1) {
        const now = new Date(first.clock.now()).toISOString().replace(".000", "");
        await first.daily("tidy up", "02:30", async () => {
          ran.push(now);
        });
        first.clock.advance(15 * minute);
      }
      expect(ran.at(-1)).toBe(expected);
      expect(ran.filter((at) => at >= expected)).toHaveLength(1);
    }
  });

  it("is tried again when the store could not be asked", async () => {
    const { first } = setUp();
    const clock = createManualClock();
    const { settings } = createMemoryStore();
    let down = true;
    const away = () => Promise.reject(new AppError("store_unavailable", "The store is away."));
    const ticks = createTicks({
      settings: { get: (key) => (down ? away() : settings.get(key)), swap: settings.swap },
      ...{ clock, calendar: createCalendar("UTC"), shared: true },
    });
    await expect(ticks.daily("tidy up", "01:00", first.work("1"))).rejects.toMatchObject({
      code: "store_unavailable",
    });
    down = false;
    expect(await ticks.daily("tidy up", "01:00", first.work("2"))).toBe(true);
  });
});

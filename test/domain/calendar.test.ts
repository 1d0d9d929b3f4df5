import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCalendar } from "../../src/core/domain/calendar.ts";

const utc = (text: string) => Date.parse(`${text}Z`);

/** When clocks in the zone first show the time, in UTC. */
function firstShown(zone: string, wall: string): string {
  return new Date(createCalendar(zone).instantAt(utc(wall))).toISOString();
}

describe("the clocks of a zone", () => {
  it("show its time, daylight saving included", () => {
    const berlin = createCalendar("Europe/Berlin");
    expect(berlin.wallAt(utc("2026-07-01T10:00:00"))).toBe(utc("2026-07-01T12:00:00"));
    expect(berlin.wallAt(utc("2026-12-01T10:00:00.123"))).toBe(utc("2026-12-01T11:00:00.123"));
  });

  it("come to a time that they jump over with the jump", () => {
    expect(firstShown("Europe/Berlin", "2026-03-29T02:30:00")).toBe("2026-03-29T01:00:00.000Z");
    // Days that began at 01:00, in Brazil until 2018 and in Egypt since 2023.
    expect(firstShown("America/Sao_Paulo", "2018-11-04T00:00:00")).toBe("2018-11-04T03:00:00.000Z");
    expect(firstShown("Africa/Cairo", "2026-04-24T00:00:00")).toBe("2026-04-23T22:00:00.000Z");
    // Samoa left out a whole day.
    expect(firstShown("Pacific/Apia", "2011-12-30T12:00:00")).toBe("2011-12-30T10:00:00.000Z");
  });

  it("come to a time that they show twice the first time", () => {
    expect(firstShown("Europe/Berlin", "2026-10-25T02:30:00")).toBe("2026-10-25T00:30:00.000Z");
    // In Havana midnight itself comes twice.
    expect(firstShown("America/Havana", "2026-11-01T00:00:00")).toBe("2026-11-01T04:00:00.000Z");
  });

  it("come to any time at an instant at which they show it, unless they never show it", () => {
    const zones = [
      "America/St_Johns",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "Europe/Berlin",
      "Pacific/Chatham",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: utc("1985-01-01T00:00:00"), max: utc("2040-01-01T00:00:00") }),
        (zone, wall) => {
          const { instantAt, wallAt } = createCalendar(zone);
          const instant = instantAt(wall);
          const isJumpedOver = wallAt(instant) > wall && wallAt(instant - 1) < wall;
          expect(wallAt(instant) === wall || isJumpedOver).toBe(true);
        },
      ),
    );
  });
});

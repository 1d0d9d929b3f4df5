import type { Instant } from "./quota.ts";

/** What a clock on a wall shows: the instant at which a clock in UTC would show the same date and time. */
export type WallTime = number;

/** The clocks of one time zone. */
export interface Calendar {
  /** What the zone's clocks show at an instant. */
  wallAt(instant: Instant): WallTime;
  /**
   * When the zone's clocks first show this time. One that they show twice has come the first time; one that they jump
   * over has come with the jump.
   */
  instantAt(wall: WallTime): Instant;
}

const day = 86_400_000;

/**
 * The calendar of an IANA time zone, with its daylight saving time and all its history.
 *
 * @throws RangeError for a name that is not one of a time zone
 */
export function createCalendar(zone: string): Calendar {
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });

  function wallAt(instant: Instant): WallTime {
    const shown: Record<string, number> = {};
    for (const { type, value } of clock.formatToParts(instant)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour, minute, second } = shown;
    const milliseconds = ((instant % 1000) + 1000) % 1000;
    return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  }

  return {
    wallAt,
    instantAt(wall) {
      // No clock is a day off UTC, so these lie before and after any change of the clocks near this time.
      const offsets = [wall - day, wall + day].map((instant) => wallAt(instant) - instant);
      const earliest = wall - Math.max(...offsets);
      const latest = wall - Math.min(...offsets);
      const found = [earliest, latest].find((instant) => wallAt(instant) === wall);
      return found ?? firstBetween(earliest, latest, (instant) => wallAt(instant) >= wall);
    },
  };
}

/** The first instant that holds, given that `before` does not, `after` does, and nothing changes back in between. */
function firstBetween(before: Instant, after: Instant, holds: (instant: Instant) => boolean): Instant {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

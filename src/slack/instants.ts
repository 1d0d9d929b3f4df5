import type { Instant } from "../core/domain/quota.ts";
import { moment, relative } from "../core/messages/format.ts";

/** What rendering needs to know of the reader: the present, and the zone for places where Slack converts no times. */
export interface Present {
  now: Instant;
  timezone: string;
}

/** Seconds since 1970 as Slack wants them; undefined for a number that is no time at all. */
export function unixSeconds(instant: Instant): number | undefined {
  return Number.isNaN(new Date(instant).getTime()) ? undefined : Math.floor(instant / 1000);
}

/** "Sun 22 Nov 12:00" or "12:00" in the team's zone. */
export function momentText(instant: Instant, { now, timezone }: Present): string {
  return unixSeconds(instant) === undefined ? "unknown" : moment(instant, now, timezone);
}

/** "in 2 h 5 min", "3 d 4 h ago". */
export function countdownText(instant: Instant, { now }: Present): string {
  return unixSeconds(instant) === undefined ? "unknown" : relative(instant, now);
}

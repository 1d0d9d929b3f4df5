import type { Instant } from "../core/domain/quota.ts";

/** What rendering needs to know of the reader: the present, and the zone for places where Slack converts no times. */
export interface Present {
  now: Instant;
  timezone: string;
}

/** Seconds since 1970 as Slack wants them; undefined for a number that is no time at all. */
export function unixSeconds(instant: Instant): number | undefined {
  return Number.isNaN(new Date(instant).getTime()) ? undefined : Math.floor(instant / 1000);
}

/** "22 Nov, 12:00 GMT+7" in the team's zone. */
export function moment(instant: Instant, { timezone }: Present): string {
  if (unixSeconds(instant) === undefined) return "unknown";
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(instant);
}

/** "in 2 h 5 min", "3 d 4 h ago": two units at most. */
export function countdown(instant: Instant, { now }: Present): string {
  if (unixSeconds(instant) === undefined) return "unknown";
  const minutes = Math.round(Math.abs(instant - now) / 60_000);
  if (minutes === 0) return "now";
  const parts: readonly [number, string][] = [
    [Math.floor(minutes / 1440), "d"],
    [Math.floor(minutes / 60) % 24, "h"],
    [minutes % 60, "min"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const words = parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
  return instant > now ? `in ${words}` : `${words} ago`;
}

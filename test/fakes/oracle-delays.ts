import type { Instant } from "../../src/core/domain/quota.ts";
import type { Watched } from "./alert-channels.ts";
import type { Weather } from "./alert-house.ts";
import type { Span, Told } from "./alert-plot.ts";
import { hourInBerlin } from "./quota-world.ts";

const minutes = 60_000;
const hours = 60 * minutes;

/** Whether it is between 22:00 and 7:00 in Berlin. */
export function isNight(at: Instant): boolean {
  const hour = hourInBerlin(at);
  return hour >= 22 || hour < 7;
}

/** Whether nothing but the plot's own delays keeps what is seen from being told. */
export function isTimely({ plot }: Told): boolean {
  const isSteady = !plot.early && !plot.moves && plot.jitter === 0;
  return isSteady && plot.replicas === 1;
}

/**
 * When something that was seen at an instant must have been told: at once, or as soon as what kept it is over, such as
 * quiet hours, a full hour, a channel that failed, a process that was dead, an outbox that was away.
 */
export function deadlineOf(watched: Watched, history: Told, seenAt: Instant, isUrgent: boolean): Instant {
  const { plot, downs, storms, sweeps } = history;
  // What was seen while the outbox was away is seen again by the next sweep.
  const away = storms.map(({ from, to }): Span => {
    const next = sweeps.find(({ at, missed }) => at >= to && !missed);
    return { from, to: (next?.at ?? history.end) + minutes };
  });
  const failing = watched.weathers.map(({ from, to, weather }) => ({ from, to: to + waitAfter(weather) }));
  // A sweep that finds a process dead begins it anew; what that one had begun is free a minute after.
  const dead = downs.map(({ from, to }) => ({ from: from - minutes, to: to + 2 * minutes }));
  const spans = [...away, ...failing, ...dead];
  const next = (from: Instant): Instant => {
    let at = from;
    for (const span of spans) if (span.from <= at && at < span.to) at = span.to;
    while (watched.quiet && !isUrgent && at < history.calm && isNight(at))
      at = Math.floor(at / minutes + 1) * minutes;
    const hour = watched.channel.posts.filter((post) => post.at > at - hours && post.at <= at);
    const oldest = hour.at(-plot.mostPosts);
    if (oldest !== undefined) at = oldest.at + hours;
    return at > from ? next(at) : at;
  };
  const at = next(seenAt);
  // A post of which there was no word at first counts from when there is, so that its hour may end later.
  const isVague = plot.weather || plot.storms || plot.restarts !== false;
  const lately = watched.channel.posts.filter((post) => post.at > seenAt - 24 * hours && post.at <= at);
  const isLate = isVague && lately.length >= plot.mostPosts;
  return (isLate ? next(at + hours + 5 * minutes) : at) + (isLate || at > seenAt ? minutes : 1000);
}

/** So long a channel is left alone at most after it has failed. */
function waitAfter(weather: Weather): number {
  if (weather === "refuses") return 62 * minutes;
  return typeof weather === "object" ? weather.retryAfter + 7 * minutes : 7 * minutes;
}

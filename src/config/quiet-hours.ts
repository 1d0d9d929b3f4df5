import type { EventType } from "../core/domain/event.ts";
import type { QuietRule } from "../core/services/quiet.ts";
import { unfittingEvents } from "./events.ts";
import { listOf, mapOf, textOf } from "./glimpse.ts";
import type { Path, Problem } from "./problems.ts";
import type { WrittenQuietHours } from "./schema.ts";
import { checkPlaces } from "./targets.ts";

/** Words for what breaks through unless the team says otherwise. */
const shortWords: Readonly<Record<string, EventType>> = {
  exhausted: "quota.exhausted",
  "budget-exceeded": "budget.exceeded",
};

/** The quiet hours as a list, with zones filled in and types of events for the short words. */
export function resolveQuietHours(
  written: WrittenQuietHours | readonly WrittenQuietHours[] | undefined,
  timezone: string,
): QuietRule[] {
  return [written ?? []].flat().map(({ zone = timezone, except, ...rest }) => ({
    ...rest,
    zone,
    except: except.map((word) => shortWords[word] ?? word),
  }));
}

/** Quiet hours must end, be those of channels that there are, and be broken by events that there are. */
export function checkQuietHours(settings: unknown): Problem[] {
  const whole = mapOf(settings);
  const { quietHours } = whole;
  const placed: [unknown, Path][] = Array.isArray(quietHours)
    ? listOf(quietHours).map((item, index) => [item, ["quietHours", index]])
    : [[quietHours, ["quietHours"]]];
  return placed.flatMap(([value, path]) => {
    const { from, to, except, channels } = mapOf(value);
    const problems = [
      ...unfittingEvents(except, [...path, "except"], Object.keys(shortWords)),
      ...checkPlaces(channels, [...path, "channels"], whole),
    ];
    if (textOf(from) !== undefined && textOf(from) === textOf(to)) {
      problems.push({ path: [...path, "to"], message: "is the same as `from`: it would be quiet for good" });
    }
    return problems;
  });
}

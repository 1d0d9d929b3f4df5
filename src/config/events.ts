import { eventTypes } from "../core/domain/event.ts";
import { fitsPattern } from "../core/matching.ts";
import { listOf, mapOf, textsOf } from "./glimpse.ts";
import { type Path, type Problem, quoted, suggestion } from "./problems.ts";

const families = [...new Set(eventTypes.map((type) => `${type.split(".")[0]}.*`))];

/** Every pattern of events must fit at least one type, or it would silently choose nothing. */
export function checkEvents(settings: unknown): Problem[] {
  const { alerts, channels } = mapOf(settings);
  return [
    ...listOf(alerts).flatMap((rule, index) =>
      unfittingEvents(mapOf(rule).events, ["alerts", index, "events"]),
    ),
    ...Object.entries(mapOf(channels)).flatMap(([name, channel]) =>
      unfittingEvents(mapOf(channel).events, ["channels", name, "events"]),
    ),
  ];
}

/** One problem for every pattern that fits no event and is none of the `others`. */
export function unfittingEvents(patterns: unknown, path: Path, others: readonly string[] = []): Problem[] {
  return textsOf(patterns).flatMap((pattern, index): Problem[] => {
    if (pattern === undefined || pattern === "" || others.includes(pattern)) return [];
    if (eventTypes.some((type) => fitsPattern(pattern, type))) return [];
    const near = suggestion(pattern, [...others, ...families, ...eventTypes]);
    const hint = near.startsWith("; did") ? near : suggestion("", [...others, ...families]);
    const here = Array.isArray(patterns) ? [...path, index] : path;
    return [{ path: here, message: `no event is called ${quoted(pattern)}${hint}` }];
  });
}

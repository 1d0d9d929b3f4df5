import { createDays } from "../core/domain/day.ts";
import type { Instant } from "../core/domain/quota.ts";
import type { Finding } from "../core/messages/doctor.ts";

/** The oldest that works, as package.json has it. */
export const oldestNode = "20.19.0";

/** Whether this Node.js is new enough. */
export function nodeFinding(version: string): Finding {
  const named = { check: "node", name: "Node.js" } as const;
  if (version.localeCompare(oldestNode, "en", { numeric: true }) >= 0) {
    return { ...named, level: "ok", message: version };
  }
  return {
    ...{ ...named, level: "problem" },
    message: `${version} is too old`,
    todo: `Install ${oldestNode} or newer.`,
  };
}

/** Which days and times the team's are, so that a wrong one meets the eye. */
export function timezoneFinding(zone: string, systemZone: string, now: Instant): Finding {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(now);
  const weekday = part({ weekday: "long" });
  const time = part({ hour: "2-digit", minute: "2-digit" });
  const other = zone === systemZone ? "" : `; this machine's own is ${systemZone}`;
  return {
    ...{ check: "timezone", name: "Time zone", level: "ok" },
    message: `${zone}: ${weekday} ${createDays(zone).at(now).day}, ${time}${other}`,
  };
}

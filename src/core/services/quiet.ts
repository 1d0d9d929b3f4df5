import type { Incident } from "../domain/incident.ts";
import { type QuietHours, quietUntil } from "../domain/quiet-hours.ts";
import type { Instant } from "../domain/quota.ts";
import { fitsPattern } from "../matching.ts";
import type { Clock } from "../ports.ts";

/** Quiet hours of some channels, and what breaks through them. */
export interface QuietRule extends QuietHours {
  /** Patterns of event types that are told all the same, such as "quota.exhausted". */
  except: readonly string[];
  /** Ids of channels; absent: all. */
  channels?: readonly string[] | undefined;
}

/** Tells when the quiet hours that a channel is in end, the last of them where several rules hold; undefined outside. */
export function quietUntilFor(
  rules: readonly QuietRule[],
): (channel: string, now: Instant) => Instant | undefined {
  return (channel, now) => {
    const ends = rulesAt(rules, channel, now).map(({ until }) => until);
    return ends.length === 0 ? undefined : Math.max(...ends);
  };
}

/** Tells whether an incident breaks through all the quiet hours that its channel is in now. */
export function isUrgentFor(rules: readonly QuietRule[], clock: Clock): (incident: Incident) => boolean {
  return ({ channel, event }) =>
    rulesAt(rules, channel, clock.now()).every(({ except }) =>
      except.some((pattern) => fitsPattern(pattern, event.type)),
    );
}

function rulesAt(rules: readonly QuietRule[], channel: string, now: Instant) {
  return rules.flatMap((rule) => {
    if (rule.channels !== undefined && !rule.channels.includes(channel)) return [];
    const until = quietUntil(rule, now);
    return until === undefined ? [] : [{ ...rule, until }];
  });
}

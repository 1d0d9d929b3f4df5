import type { Finding, Incident, Look } from "../../src/core/domain/incident.ts";
import { isOpen } from "../../src/core/domain/incident.ts";
import type { Instant } from "../../src/core/domain/quota.ts";
import { reconcile } from "../../src/core/domain/reconcile.ts";
import { start } from "./core.ts";

export const minutes = 60_000;
export const hours = 60 * minutes;
export const days = 24 * hours;

export function incident(rest: Partial<Incident> = {}): Incident {
  const { channel = "kept", subject = "quota|a||session", number = 1 } = rest;
  return {
    key: `${channel}|${subject}|${number}`,
    id: "i1",
    channel,
    scope: "a",
    subject,
    number,
    level: 80,
    event: { type: "quota.low", at: start, account: "a" },
    openedAt: start,
    version: 1,
    loud: true,
    delivery: { sentVersion: 0, attempts: 0, nextTry: start },
    revision: 0,
    ...rest,
  };
}

export function finding(rest: Partial<Finding> = {}): Finding {
  const event = { type: "quota.low", at: start, account: "a" } as const;
  return { subject: "quota|a||session", level: 80, event, ...rest };
}

export function look(rest: Partial<Look> = {}): Look {
  return { findings: [], endings: new Map(), held: new Set(), doubts: new Map(), ...rest };
}

/**
 * What is remembered of one scope and channel from look to look, and what each look adds to tell; the channel has it as
 * soon as it is told, unless it is `down`.
 */
export function createMemory(scope = "a", channel = "kept") {
  const kept = new Map<string, Incident>();
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `i${ids}`;
  };
  const memory = {
    down: false,
    known: () => [...kept.values()],
    open: () => [...kept.values()].filter(isOpen),
    /** Stores what a look has found, and tells in words what a channel gets to see of that. */
    take(found: Look, now: Instant): string[] {
      const before = new Map(kept);
      const { added, changed } = reconcile([...kept.values()], found, { channel, scope, now, newId });
      for (const one of [...added, ...changed]) {
        const sentVersion = memory.down ? one.delivery.sentVersion : one.version;
        kept.set(one.key, { ...one, delivery: { ...one.delivery, sentVersion } });
      }
      return [...changed, ...added].flatMap((one) => {
        if (one.version === (before.get(one.key)?.version ?? 0)) return [];
        const over = !isOpen(one) && before.has(one.key) ? "over: " : "";
        return [`${over}${one.event.type}${one.level > 1 ? ` ${one.level}` : ""}`];
      });
    },
  };
  return memory;
}

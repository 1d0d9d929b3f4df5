import { describe, expect, it } from "vitest";
import type { EventType } from "../../src/core/domain/event.ts";
import type { Incident } from "../../src/core/domain/incident.ts";
import { isUrgentFor, type QuietRule, quietUntilFor } from "../../src/core/services/quiet.ts";
import { createManualClock } from "../fakes/core.ts";

const at = (time: string) => Date.parse(`2026-11-22T${time}:00Z`);
const night: QuietRule = { from: "22:00", to: "07:00", zone: "UTC", except: ["quota.exhausted", "budget.*"] };
const lunch: QuietRule = { from: "12:00", to: "13:00", zone: "UTC", except: [], channels: ["slack:#x"] };

const incident = (channel: string, type: EventType): Incident => ({
  ...{ key: "k", id: "i", channel, scope: "a", subject: "s", number: 1, level: 1, version: 1, loud: true },
  ...{ event: { type, at: 0 }, openedAt: 0, revision: 0 },
  delivery: { sentVersion: 0, attempts: 0, nextTry: 0 },
});

describe("the quiet hours of a channel", () => {
  it("are those of all channels and its own", () => {
    const until = quietUntilFor([night, lunch]);
    expect(until("slack:#x", at("12:30"))).toBe(at("13:00"));
    expect(until("slack:#y", at("12:30"))).toBeUndefined();
    expect(until("slack:#y", at("06:59"))).toBe(at("07:00"));
    expect(until("slack:#x", at("07:00"))).toBeUndefined();
    expect(quietUntilFor([])("slack:#x", at("12:30"))).toBeUndefined();
  });

  it("end with the last of those that overlap", () => {
    const long: QuietRule = { ...night, from: "05:00", to: "09:00" };
    expect(quietUntilFor([night, long])("terminal", at("06:00"))).toBe(at("09:00"));
    expect(quietUntilFor([long, night])("terminal", at("06:00"))).toBe(at("09:00"));
  });
});

describe("what breaks through quiet hours", () => {
  const urgentAt = (time: string, rules: QuietRule[]) => isUrgentFor(rules, createManualClock(at(time)));

  it("is what they make an exception for", () => {
    const isUrgent = urgentAt("23:00", [night]);
    expect(isUrgent(incident("terminal", "quota.exhausted"))).toBe(true);
    expect(isUrgent(incident("terminal", "budget.reached"))).toBe(true);
    expect(isUrgent(incident("terminal", "quota.low"))).toBe(false);
    expect(isUrgent(incident("terminal", "quota.reset"))).toBe(false);
  });

  it("must be one for all that hold at that time in that channel", () => {
    const exhausted = incident("slack:#x", "quota.exhausted");
    expect(urgentAt("12:30", [night, lunch])(exhausted)).toBe(false);
    expect(urgentAt("12:30", [night, lunch])(incident("slack:#y", "quota.exhausted"))).toBe(true);
    expect(urgentAt("23:00", [night, lunch])(exhausted)).toBe(true);
    expect(urgentAt("23:00", [night, { ...night, except: [] }])(exhausted)).toBe(false);
  });
});

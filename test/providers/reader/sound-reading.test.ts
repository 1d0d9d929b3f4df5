import { expect, it } from "vitest";
import type { Reading } from "../../../src/core/domain/quota.ts";
import { soundReading } from "../../../src/providers/reader/sound-reading.ts";

const session: Reading = {
  kind: "quota",
  id: "session",
  label: "5-hour",
  unit: "percent",
  used: 10,
  limit: 100,
};

it("leaves a sound reading as it is, also when more is used than allowed", () => {
  const readings: Reading[] = [
    { ...session, used: 120, windowSeconds: 18_000, scope: "Opus", resetsAt: 1_795_323_600_000 },
    { kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: -3 },
    { kind: "spend", id: "extra", label: "Extra", unit: "usd", used: 0 },
  ];
  expect(soundReading({ plan: "Max 20x", readings })).toEqual({ plan: "Max 20x", readings });
});

it("drops numbers that make no sense, and readings that consist of one", () => {
  const { readings } = soundReading({
    readings: [
      { ...session, used: Number.NaN, limit: Number.POSITIVE_INFINITY, resetsAt: -1, windowSeconds: 0 },
      { ...session, id: "weekly", used: -5 },
      { ...session, id: "monthly", used: 1e300 },
      { kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: Number.NaN },
      { kind: "spend", id: "extra", label: "Extra", unit: "usd", used: Number.NaN },
    ],
  });
  expect(readings).toEqual([
    { kind: "quota", id: "session", label: "5-hour", unit: "percent" },
    { kind: "quota", id: "weekly", label: "5-hour", unit: "percent", limit: 100 },
    { kind: "quota", id: "monthly", label: "5-hour", unit: "percent", limit: 100 },
  ]);
});

it("tells readings of the same id apart, the same way each time", () => {
  const { readings } = soundReading({
    readings: [session, session, { ...session, id: "session-2" }, session],
  });
  expect(readings.map(({ id }) => id)).toEqual(["session", "session-2", "session-2-2", "session-3"]);
});

it("makes outside text one line of readable length", () => {
  const { plan, readings } = soundReading({
    plan: "x".repeat(5000),
    readings: [{ ...session, label: "\u0000 \n", scope: "a\n\u202Eb" }],
  });
  expect(plan).toHaveLength(80);
  expect(readings).toEqual([{ ...session, label: "session", scope: "a b" }]);
});

it("makes the owner a hash, the same for the same owner, and hands on that a service has ended", () => {
  const ownerOf = (owner: string | undefined) => soundReading({ readings: [], owner }).owner;
  expect(ownerOf("lan@example.org")).toMatch(/^[0-9a-f]{16}$/);
  expect(ownerOf("lan@example.org")).toBe(ownerOf("lan@example.org"));
  expect(ownerOf("lan@example.org")).not.toBe(ownerOf("bob@example.org"));
  expect(ownerOf("")).toBeUndefined();
  expect(ownerOf(undefined)).toBeUndefined();
  const retired = "Ended on 2026-04-17.";
  expect(soundReading({ readings: [], retired }).retired).toBe(retired);
});

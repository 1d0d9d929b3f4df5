import { describe, expect, it } from "vitest";
import { type QuietHours, quietUntil } from "../../src/core/domain/quiet-hours.ts";

const night: QuietHours = { from: "22:00", to: "07:00", zone: "Europe/Berlin" };

/** When it is quiet until, as the zone's clocks write it in UTC. */
function until(hours: QuietHours, now: string): string | undefined {
  const end = quietUntil(hours, Date.parse(now));
  return end === undefined ? undefined : new Date(end).toISOString().slice(0, 16);
}

describe("Quiet hours", () => {
  it("last over midnight", () => {
    expect(until(night, "2026-11-22T20:59:59Z")).toBeUndefined();
    expect(until(night, "2026-11-22T21:00:00Z")).toBe("2026-11-23T06:00");
    expect(until(night, "2026-11-22T23:30:00Z")).toBe("2026-11-23T06:00");
    expect(until(night, "2026-11-23T05:59:59Z")).toBe("2026-11-23T06:00");
    expect(until(night, "2026-11-23T06:00:00Z")).toBeUndefined();
  });

  it("may lie within one day", () => {
    const lunch = { from: "12:00", to: "13:30", zone: "Asia/Kolkata" };
    expect(until(lunch, "2026-11-22T06:29:00Z")).toBeUndefined();
    expect(until(lunch, "2026-11-22T06:30:00Z")).toBe("2026-11-22T08:00");
    expect(until(lunch, "2026-11-22T08:00:00Z")).toBeUndefined();
  });

  it("are an hour shorter in the night to summer time", () => {
    expect(until(night, "2026-03-28T21:00:00Z")).toBe("2026-03-29T05:00");
    expect(until(night, "2026-03-29T04:59:00Z")).toBe("2026-03-29T05:00");
    expect(until(night, "2026-03-29T05:00:00Z")).toBeUndefined();
    expect(until(night, "2026-03-29T19:59:00Z")).toBeUndefined();
    expect(until(night, "2026-03-29T20:00:00Z")).toBe("2026-03-30T05:00");
  });

  it("are an hour longer in the night to winter time", () => {
    expect(until(night, "2026-10-24T19:59:00Z")).toBeUndefined();
    expect(until(night, "2026-10-24T20:00:00Z")).toBe("2026-10-25T06:00");
    expect(until(night, "2026-10-25T05:30:00Z")).toBe("2026-10-25T06:00");
    expect(until(night, "2026-10-25T06:00:00Z")).toBeUndefined();
  });

  it("end with the jump when the clocks jump over their end", () => {
    const short = { from: "01:00", to: "02:30", zone: "Europe/Berlin" };
    expect(until(short, "2026-03-29T00:30:00Z")).toBe("2026-03-29T01:00");
    expect(until(short, "2026-03-29T01:00:00Z")).toBeUndefined();
    const lost = { from: "02:10", to: "02:50", zone: "Europe/Berlin" };
    expect(until(lost, "2026-03-29T01:00:00Z")).toBeUndefined();
  });

  it("end the first time that the clocks show their end", () => {
    const short = { from: "01:00", to: "02:30", zone: "Europe/Berlin" };
    expect(until(short, "2026-10-25T00:29:00Z")).toBe("2026-10-25T00:30");
    expect(until(short, "2026-10-25T00:30:00Z")).toBeUndefined();
    expect(until(short, "2026-10-25T01:15:00Z")).toBeUndefined();
  });

  it("hold in zones whose midnight the clocks jump over", () => {
    const santiago = { from: "22:00", to: "07:00", zone: "America/Santiago" };
    expect(until(santiago, "2026-09-06T03:30:00Z")).toBe("2026-09-06T10:00");
    expect(until(santiago, "2026-09-06T04:30:00Z")).toBe("2026-09-06T10:00");
  });
});

import { describe, expect, it } from "vitest";
import { type Facts, judge } from "../../src/core/domain/availability.ts";
import { quota, start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const facts = (rest: Partial<Facts> = {}): Facts => ({
  windows: [quota({ resetsAt: start + hour })],
  broke: false,
  billing: "subscription",
  state: "ok",
  fetchedAt: start,
  interval: 10 * minute,
  ...rest,
});
const why = { kind: "rate", reason: "Calls come too fast" } as const;

describe("whether something may be used", () => {
  it("is so while every window that counts has something left, and tells how much the tightest has", () => {
    const weekly = quota({ id: "weekly", label: "weekly", used: 90, resetsAt: start + 24 * hour });
    expect(judge(facts({ windows: [quota(), weekly] }), start)).toMatchObject({
      available: true,
      until: undefined,
      left: 10,
      window: { label: "weekly", resetsAt: start + 24 * hour },
      knownAt: start,
      hindrances: [],
      caveats: [],
    });
  });

  it("is not so while a window is used up, until the last such window starts over", () => {
    const session = quota({ used: 100, resetsAt: start + hour });
    const weekly = quota({ id: "weekly", label: "weekly", used: 100, resetsAt: start + 24 * hour });
    const verdict = judge(facts({ windows: [session, weekly] }), start);
    expect(verdict).toMatchObject({ available: false, until: start + 24 * hour, left: 0 });
    expect(verdict.hindrances.map(({ code }) => code)).toEqual(["exhausted", "exhausted"]);
  });

  it("believes a window no longer whose reset has passed since it was read", () => {
    const windows = [quota({ used: 100, resetsAt: start + hour })];
    expect(judge(facts({ windows }), start + hour - 1).available).toBe(false);
    expect(judge(facts({ windows }), start + hour)).toMatchObject({
      available: true,
      left: undefined,
      caveats: [{ code: "unknown" }],
    });
  });

  it.each([
    ["a refusal", { block: { until: start + minute, why } }, "refused", start + minute],
    ["spent prepaid money", { broke: true }, "no_balance", undefined],
    ["a locked account", { state: "forbidden" as const }, "account", undefined],
    ["a service that has ended", { state: "retired" as const }, "account", undefined],
    [
      "a budget that restricts use to free accounts",
      { mode: { to: "free" as const, budget: "daily", until: start + hour } },
      "budget",
      start + hour,
    ],
  ])("is not so for %s", (_, rest, code, until) => {
    const verdict = judge(facts(rest), start);
    expect(verdict).toMatchObject({ available: false, hindrances: [{ code }] });
    expect(verdict.until).toBe(until);
  });

  it("has no known end while one of the hindrances has none", () => {
    const verdict = judge(facts({ broke: true, block: { until: start + minute, why } }), start);
    expect(verdict).toMatchObject({ available: false, until: undefined });
    expect(verdict.hindrances).toHaveLength(2);
  });

  it("is so again when a block or a budget's period has ended, without anybody doing anything", () => {
    const mode = { to: "free", budget: "daily", until: start + hour } as const;
    expect(judge(facts({ block: { until: start, why } }), start).available).toBe(true);
    expect(judge(facts({ mode }), start + hour).available).toBe(true);
    expect(judge(facts({ mode, billing: "free" }), start).available).toBe(true);
  });

  it.each(["auth_expired", "needs_action", "error", "rate_limited", "unsupported"] as const)(
    "does not depend on whether its numbers can be read now: %s",
    (state) => {
      expect(judge(facts({ state }), start)).toMatchObject({
        available: true,
        caveats: [{ code: "stale", at: start }],
      });
    },
  );

  it("says that numbers are old, or that nothing is known, and forbids nothing for it", () => {
    expect(judge(facts({ windows: [quota()] }), start + 30 * minute)).toMatchObject({ caveats: [] });
    expect(judge(facts({ windows: [quota()] }), start + 31 * minute)).toMatchObject({
      available: true,
      caveats: [{ code: "stale", at: start }],
    });
    expect(judge(facts({ windows: [quota({ used: undefined })] }), start)).toMatchObject({
      available: true,
      left: undefined,
      caveats: [{ code: "unknown" }],
    });
  });

  it("tells until when it stands: every instant at which it changes by itself", () => {
    const told = facts({
      windows: [quota({ used: 100, resetsAt: start + 3 * hour })],
      block: { until: start + minute, why },
      mode: { to: "free", budget: "daily", until: start + 2 * hour },
    });
    const instants: number[] = [];
    for (let now = start; now < start + 9 * hour; now = judge(told, now).changesAt)
      instants.push(now - start);
    expect(instants).toEqual([0, minute, 30 * minute + 1, 2 * hour, 3 * hour]);
  });
});

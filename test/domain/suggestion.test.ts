import { describe, expect, it } from "vitest";
import {
  type AccountUse,
  idleHours,
  largePlans,
  type SuggestionFacts,
  savedElsewhere,
  smallPlans,
  suggestionsFrom,
  unusedAccounts,
  type WindowHistory,
} from "../../src/core/domain/suggestion.ts";
import { start } from "../fakes/core.ts";

const window = (rest: Partial<WindowHistory> = {}): WindowHistory => ({
  window: "weekly",
  days: 30,
  mostUsedPercent: 60,
  exhausted: 0,
  ...rest,
});

function use(account: string, rest: Partial<AccountUse> = {}): AccountUse {
  const nothing = { models: [], recentRequests: 10, windows: [window()], moved: true, left: 50 };
  return { account, billing: "subscription", ...nothing, ...rest };
}

function facts(accounts: readonly AccountUse[], rest: Partial<SuggestionFacts> = {}): SuggestionFacts {
  return {
    now: start,
    accounts,
    serving: () => accounts.map(({ account }) => account),
    price: () => undefined,
    hours: Array(24).fill(0),
    daysWithUse: 14,
    ...rest,
  };
}

const billed = (billedMicros: number, rest: Partial<AccountUse> = {}) =>
  use("api", {
    billing: "paid",
    windows: [],
    models: [{ model: "glm-4.7", requests: 120, billedMicros }],
    ...rest,
  });

describe("use that is billed", () => {
  it("is pointed to a subscription that has the model and room for it", () => {
    expect(savedElsewhere(facts([billed(4_200_000), use("glm-main", { left: 63 })]))).toEqual([
      {
        kind: "covered",
        account: "api",
        model: "glm-4.7",
        to: "glm-main",
        billedMicros: 4_200_000,
        requests: 120,
        days: 30,
        left: 63,
      },
    ]);
  });

  it("is pointed to a free account rather than to a subscription, even if nobody knows what that has left", () => {
    const free = use("free-one", { billing: "free", left: undefined });
    expect(savedElsewhere(facts([billed(4_200_000), use("glm-main"), free]))).toMatchObject([
      { kind: "free_elsewhere", to: "free-one" },
    ]);
  });

  it.each([
    ["has little left", { left: 19 }],
    ["has nobody knows what left", { left: undefined }],
    ["runs out often itself", { windows: [window({ exhausted: 3 })] }],
    ["is billed as well", { billing: "prepaid" as const }],
  ])("is not pointed to an account that %s", (_, rest) => {
    expect(savedElsewhere(facts([billed(4_200_000), use("glm-main", rest)]))).toEqual([]);
  });

  it("is left alone below 50 cents, and where nobody else has the model", () => {
    expect(savedElsewhere(facts([billed(499_999), use("glm-main")]))).toEqual([]);
    const alone = facts([billed(4_200_000), use("glm-main")], { serving: () => ["api"] });
    expect(savedElsewhere(alone)).toEqual([]);
  });

  it("is pointed to another price that is at least 20 % lower", () => {
    const accounts = [billed(4_200_000), use("router", { billing: "prepaid" })];
    const at = (other: number) =>
      savedElsewhere(facts(accounts, { price: (account) => (account === "api" ? 1_000_000 : other) }));
    expect(at(800_000)).toMatchObject([
      { kind: "cheaper_elsewhere", to: "router", priceMicros: 1_000_000, otherMicros: 800_000 },
    ]);
    expect(at(800_001)).toEqual([]);
    expect(savedElsewhere(facts(accounts))).toEqual([]);
  });
});

describe("a plan", () => {
  it("is too small when a window of it ran out three times in 14 days", () => {
    const windows = [window({ exhausted: 3 }), window({ window: "5-hour", exhausted: 7 })];
    expect(smallPlans(facts([use("claude-lan", { windows })]))).toEqual([
      { kind: "plan_too_small", account: "claude-lan", window: "5-hour", times: 7, days: 14 },
    ]);
    expect(smallPlans(facts([use("claude-lan", { windows: [window({ exhausted: 2 })] })]))).toEqual([]);
  });

  it("is not the reason where an account has none", () => {
    const free = use("free-one", { billing: "free", windows: [window({ exhausted: 4 })] });
    expect(smallPlans(facts([free]))).toMatchObject([{ kind: "exhausted_often", times: 4 }]);
  });

  it("is too large when no window of it went beyond 30 % in 30 days", () => {
    const windows = [window({ mostUsedPercent: 12 }), window({ window: "5-hour", mostUsedPercent: 29.9 })];
    expect(largePlans(facts([use("claude-lan", { windows })]))).toEqual([
      { kind: "plan_too_large", account: "claude-lan", window: "5-hour", mostUsedPercent: 29.9, days: 30 },
    ]);
  });

  it.each([
    [
      "one window went further",
      { windows: [window({ mostUsedPercent: 5 }), window({ mostUsedPercent: 30 })] },
    ],
    ["less than 30 days are known", { windows: [window({ mostUsedPercent: 5, days: 29 })] }],
    ["nobody uses it at all", { windows: [window({ mostUsedPercent: 0 })], moved: false }],
    ["it is billed by use", { billing: "paid" as const, windows: [window({ mostUsedPercent: 5 })] }],
    ["nothing is known", { windows: [] }],
  ])("is not too large when %s", (_, rest) => {
    expect(largePlans(facts([use("claude-lan", rest)]))).toEqual([]);
  });
});

describe("hours", () => {
  /** 100 calls in each hour from 8 to 18, and so many in one of the night. */
  const office = (night = 0) =>
    Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 100 : hour === 3 ? night : 0));
  const busy = [use("claude-lan", { windows: [window({ exhausted: 2 })] }), use("glm-main")];

  it("are idle where hardly anybody calls for six hours or longer, over midnight too", () => {
    expect(idleHours(facts(busy, { hours: office(7) }))).toEqual([
      {
        kind: "idle_hours",
        from: 18,
        to: 8,
        requests: 7,
        total: 1007,
        days: 14,
        exhausted: [{ account: "claude-lan", times: 2 }],
      },
    ]);
    expect(idleHours(facts(busy, { hours: office(50) }))).toMatchObject([{ from: 18, to: 3, requests: 0 }]);
  });

  it("are not told while nothing runs out, with few calls or days, or where somebody always calls", () => {
    expect(idleHours(facts([use("glm-main")], { hours: office() }))).toEqual([]);
    expect(idleHours(facts(busy, { hours: office(), daysWithUse: 6 }))).toEqual([]);
    expect(idleHours(facts(busy, { hours: office().map((calls) => calls / 20) }))).toEqual([]);
    expect(idleHours(facts(busy, { hours: Array(24).fill(10) }))).toEqual([]);
  });
});

describe("an account", () => {
  it("is unused without a call and without a moved number in 14 days, and only where both are known", () => {
    expect(unusedAccounts(facts([use("old", { recentRequests: 0, moved: false })]))).toEqual([
      { kind: "unused", account: "old", days: 14 },
    ]);
    for (const rest of [
      { recentRequests: 1, moved: false },
      { recentRequests: 0, moved: true },
      { recentRequests: 0, moved: undefined },
    ])
      expect(unusedAccounts(facts([use("old", rest)]))).toEqual([]);
  });
});

it("suggestions begin with those about the most money, and there are none without data", () => {
  const found = suggestionsFrom(
    facts([
      use("old", { recentRequests: 0, moved: false }),
      billed(1_000_000, { account: "a" }),
      billed(9_000_000, { account: "b" }),
      use("glm-main", { left: 90 }),
    ]),
  );
  expect(found.map((one) => ("account" in one ? one.account : ""))).toEqual(["b", "a", "old"]);
  expect(
    suggestionsFrom(facts([use("new", { windows: [], models: [], recentRequests: 0, moved: undefined })])),
  ).toEqual([]);
});

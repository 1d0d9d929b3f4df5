import { describe, expect, it } from "vitest";
import { type Account, accountName } from "../../src/core/domain/account.ts";
import { createBillingOf } from "../../src/core/domain/billing.ts";
import { type Billing, unassigned } from "../../src/core/domain/usage.ts";
import { createUsageMatch, type UsageFacts } from "../../src/core/domain/usage-match.ts";
import { fitsPattern } from "../../src/core/matching.ts";
import { account } from "../fakes/core.ts";

const services: Record<string, string[]> = { cli: ["plan", "api"], other: ["router"] };

/** Ids of the account and of those that it may be of. */
function matcher(...accounts: Account[]) {
  const match = createUsageMatch({
    accounts,
    services: (service) => services[service] ?? [],
    fits: fitsPattern,
  });
  return (facts: Partial<UsageFacts>) => {
    const found = match({ key: "laptops", ...facts });
    return { account: found.account?.id, possible: found.possible.map(({ id }) => id) };
  };
}

const lan = account("lan", { provider: "plan", usage: { users: ["lan@*"] } });
const minh = account("minh", { provider: "plan", usage: { users: ["minh@*", "m.*"] } });
const house = account("house", { provider: "plan" });
const api = account("api", { provider: "api" });

describe("the account of usage", () => {
  it("is the one that it names, whatever else it tells", () => {
    const match = matcher(lan, api);
    expect(match({ account: "api", provider: "plan", user: "lan@example.org" }).account).toBe("api");
  });

  it("is the one whose selectors it fits, whatever the letters", () => {
    const match = matcher(lan, minh);
    expect(match({ provider: "plan", user: "Lan@Example.org" }).account).toBe("lan");
    expect(match({ provider: "plan", user: "m.nguyen" }).account).toBe("minh");
    expect(match({ user: "lan@example.org" }).account).toBe("lan");
  });

  it.each([
    ["users", { user: "ci-bot" }],
    ["services", { service: "ci-bot" }],
    ["keys", { key: "ci-bot" }],
    ["models", { model: "ci-bot" }],
  ])("can be chosen by %s", (selector, fact) => {
    const match = matcher(account("ci", { usage: { [selector]: ["ci-*"] } }), account("rest"));
    expect(match(fact).account).toBe("ci");
    expect(match({ ...fact, provider: "acme" }).account).toBe("ci");
  });

  it("must fit every selector, and the more of them the better", () => {
    const match = matcher(
      lan,
      account("lan-ci", { provider: "plan", usage: { users: ["lan@*"], keys: ["ci"] } }),
    );
    expect(match({ user: "lan@x", key: "ci" }).account).toBe("lan-ci");
    expect(match({ user: "lan@x", key: "laptops" }).account).toBe("lan");
  });

  it("is none when two fit equally well", () => {
    const match = matcher(lan, account("all", { provider: "plan", usage: { keys: ["*"] } }), house);
    expect(match({ provider: "plan", user: "lan@x" })).toEqual({
      account: undefined,
      possible: ["lan", "all"],
    });
  });

  it("is of the provider that it tells, or of its service's", () => {
    const match = matcher(lan, account("lan-api", { provider: "api", usage: { users: ["lan@*"] } }));
    expect(match({ provider: "api", user: "lan@x" }).account).toBe("lan-api");
    expect(match({ provider: "router", user: "lan@x" }).account).toBeUndefined();
    expect(match({ service: "other", user: "lan@x" }).account).toBeUndefined();
    expect(match({ service: "cli", user: "lan@x" }).account).toBeUndefined();
    expect(match({ service: "unheard-of", provider: "plan", user: "lan@x" }).account).toBe("lan");
  });

  it("may be of another provider than its service's when it is chosen by model or service", () => {
    const match = matcher(house, account("routed", { provider: "router", usage: { models: ["glm-*"] } }));
    expect(match({ service: "cli", model: "glm-4.7" }).account).toBe("routed");
    expect(match({ service: "cli", model: "opus" }).account).toBe("house");
    expect(match({ service: "cli", provider: "plan", model: "glm-4.7" }).account).toBe("house");
  });

  it("is the only one of the provider when nothing that it tells rules it out", () => {
    expect(matcher(house, api)({ provider: "plan" }).account).toBe("house");
    expect(matcher(house, api)({ service: "other" }).account).toBeUndefined();
    expect(matcher(house, api)({ service: "cli" })).toEqual({
      account: undefined,
      possible: ["house", "api"],
    });
    expect(matcher(house)({ service: "cli" }).account).toBe("house");
    expect(matcher(house)({}).account).toBeUndefined();
  });

  it("is never one that is kept for somebody else, and the rest goes to the one that is kept for nobody", () => {
    expect(matcher(lan)({ provider: "plan", user: "minh@x" }).account).toBeUndefined();
    expect(matcher(lan)({ provider: "plan" }).account).toBe("lan");
    const match = matcher(lan, house);
    expect(match({ provider: "plan", user: "minh@x" }).account).toBe("house");
    // It may be Lan's.
    expect(match({ provider: "plan" })).toEqual({ account: undefined, possible: ["lan", "house"] });
  });

  it("is only found by selectors when it names an unknown one", () => {
    const match = matcher(lan, house);
    expect(match({ account: "nobody", provider: "plan", user: "lan@x" }).account).toBe("lan");
    expect(match({ account: "nobody", provider: "plan", user: "minh@x" })).toEqual({
      account: undefined,
      possible: ["house"],
    });
  });

  it("stays the same however often it is asked, and differs where any fact does", () => {
    const match = matcher(lan, minh, house);
    for (let round = 0; round < 2; round += 1) {
      expect(match({ provider: "plan", user: "lan@x" }).account).toBe("lan");
      expect(match({ provider: "plan", user: "minh@x" }).account).toBe("minh");
      expect(match({ provider: "plan", model: "lan@x" }).account).toBeUndefined();
    }
  });

  it("is called Unassigned in front of people where there is none", () => {
    expect(accountName({ id: unassigned })).toBe("Unassigned");
    expect(accountName({ id: "lan" })).toBe("lan");
  });
});

describe("how usage is paid", () => {
  const billingOf = (configured: Record<string, Billing> = {}) =>
    createBillingOf({
      configured,
      providers: [
        { id: "plan", billing: "subscription" },
        { id: "api", billing: "prepaid" },
        { id: "router" },
      ],
    });

  it("goes by the account, else by its provider, else by the bill", () => {
    const of = (one: Account) => billingOf({ lan: "free" })({ account: one, possible: [one] }, "ignored");
    expect([of(lan), of(house), of(api), of(account("x", { provider: "router" }))]).toEqual([
      "free",
      "subscription",
      "prepaid",
      "paid",
    ]);
  });

  it("goes without an account by what all that it may be of have in common, else by the provider it tells", () => {
    expect(billingOf()({ possible: [lan, house] }, undefined)).toBe("subscription");
    expect(billingOf()({ possible: [lan, api] }, undefined)).toBe("paid");
    expect(billingOf()({ possible: [] }, "api")).toBe("prepaid");
    expect(billingOf()({ possible: [] }, "unheard-of")).toBe("paid");
    expect(billingOf({ unassigned: "free" })({ possible: [lan] }, "api")).toBe("free");
  });
});

import { describe, expect, it } from "vitest";
import { checkCredentials } from "../../src/config/credentials.ts";
import { githubBilling } from "../../src/providers/github-billing.ts";
import { checkProvider } from "../provider-contract.ts";
import { readWithoutNetwork } from "../provider-fixtures.ts";

checkProvider(githubBilling);

describe("who pays", () => {
  it.each([
    [{ apiKey: "fake-key" }],
    [{ apiKey: "fake-key", organization: "a", user: "b" }],
    [{ apiKey: "fake-key", organization: "a", enterprise: "b", user: "c" }],
    // The key may come from the environment.
    [{ enterprise: "b", user: "c" }],
    [{}],
  ])("must be exactly one: %j", (credentials) => {
    const problems = checkCredentials(credentials, ["credentials"], githubBilling);
    expect(problems.map(({ message }) => message)).toEqual([
      "give exactly one of `organization`, `enterprise` and `user`",
    ]);
  });

  it.each(["organization", "enterprise", "user"])("may be given as `%s` alone", (kind) => {
    expect(checkCredentials({ [kind]: "a" }, ["credentials"], githubBilling)).toEqual([]);
    expect(checkCredentials({ apiKey: "fake-key", [kind]: "a" }, ["credentials"], githubBilling)).toEqual([]);
  });

  it("cannot lead to another page by its name", async () => {
    const url =
      "https://api.github.com/users/..%2Forgs%2Fa%3Fb/settings/billing/ai_credit/usage?year=2027&month=1";
    const { reading } = await readWithoutNetwork(githubBilling, {
      about: "",
      now: "2027-01-31T23:59:59Z",
      settings: { apiKey: "fake-key", user: "../orgs/a?b" },
      exchanges: [{ request: { method: "GET", url }, status: 200, headers: {}, body: { usageItems: [] } }],
      expect: { readings: [] },
    });
    expect(reading?.readings).toHaveLength(2);
  });
});

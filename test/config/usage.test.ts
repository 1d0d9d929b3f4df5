import { describe, expect, it } from "vitest";
import { load, problemsOf } from "./harness.ts";

const one = (fields: string) => `accounts: [{ id: a, provider: openly, ${fields} }]`;

/** The problems without their places in the file. */
async function saidOf(content: string) {
  return (await problemsOf(content)).map((problem) => problem.replace(/^\S+ /, ""));
}

describe("the usage of an account", () => {
  it("is chosen by a name or a list of them", async () => {
    const { config } = await load(
      one("usage: { users: [lan@example.org, 'lan.*'], services: cli, models: 'm-*' }"),
    );
    expect(config?.accounts[0]?.usage).toEqual({
      users: ["lan@example.org", "lan.*"],
      services: ["cli"],
      models: ["m-*"],
    });
    expect(
      (await load("accounts: [{ id: a, provider: openly }]")).config?.accounts[0]?.usage,
    ).toBeUndefined();
  });

  it("must be chosen by something", async () => {
    expect(await saidOf(one("usage: {}"))).toEqual([
      "accounts[0].usage: needs `users`, `services`, `keys` or `models`",
    ]);
    expect(await saidOf(one("usage: { users: [] }"))).toEqual([
      "accounts[0].usage.users: must have at least one item",
    ]);
    expect(await saidOf(one("usage: { user: lan }"))).toEqual([
      "accounts[0].usage.user: unknown key; did you mean `users`?",
    ]);
    expect(await saidOf(one("usage: lan"))).toEqual(["accounts[0].usage: must be a map of keys and values"]);
  });

  it("warns of keys that there are none of", async () => {
    const http = "http: { keys: [{ name: laptops, key: fake-key, scopes: [ingest] }] }";
    const { config } = await load(`${one("usage: { keys: [laptop, 'lap*'] }")}\n${http}`);
    expect(config?.warnings).toEqual([
      expect.stringMatching(
        /accounts\[0\]\.usage\.keys: no key of `http` matches `laptop`; did you mean `laptops`\?$/,
      ),
    ]);
  });
});

describe("the account of usage that fits none", () => {
  it("has a name that no other can have", async () => {
    expect(await saidOf("accounts: [{ id: unassigned, provider: openly }]")).toEqual([
      "accounts[0].id: usage that fits no account is called so: give this one another name",
    ]);
  });

  it("can be told how it is paid", async () => {
    const { config } = await load("billing: { unassigned: free, nobody: paid }");
    expect(config?.billing).toEqual({ unassigned: "free", nobody: "paid" });
    expect(config?.warnings).toEqual([expect.stringContaining("billing.nobody: no account is called")]);
  });
});

describe("a price", () => {
  it("is at most a million dollars", async () => {
    const { config } = await load("prices: [{ provider: openly, input: 1000000, perMinute: '0.0043' }]");
    expect(config?.prices[0]).toMatchObject({ input: 1_000_000, perMinute: 0.0043 });
    expect(await saidOf("prices: [{ provider: openly, input: 1000001 }]")).toEqual([
      "prices[0].input: must be at most 1000000",
    ]);
  });
});

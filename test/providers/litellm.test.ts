import { describe, expect, it } from "vitest";
import type { Http } from "../../src/core/provider.ts";
import { litellm } from "../../src/providers/litellm.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(litellm);

describe("whose budget a key uses", () => {
  const ownerOf = async (info: object) => {
    const http: Http = {
      distinctHosts: (hosts) => hosts,
      answer: () => Promise.reject(new Error("only json is asked")),
      json: async ({ url }) => (url.endsWith("/key/info") ? { info: { spend: 1, ...info } } : {}),
    };
    const { owner } = await litellm.read({ http, now: 0, settings: { apiKey: "fake-litellm-key" } });
    return owner;
  };

  it("is its team's or else its user's, so that keys which share one are known", async () => {
    expect(await ownerOf({ team_id: "t", user_id: "u" })).toBe("team t");
    expect(await ownerOf({ user_id: "u" })).toBe("user u");
  });

  it("is its own when it has one, and nobody's when nobody is named", async () => {
    expect(await ownerOf({ team_id: "t", max_budget: 5 })).toBeUndefined();
    expect(await ownerOf({})).toBeUndefined();
    expect(await ownerOf({ user_id: "default_user_id" })).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { indexModels, poolWith } from "../../src/core/domain/pool.ts";
import { quota } from "../fakes/core.ts";

describe("the pool of a model", () => {
  const index = indexModels([
    {
      account: "antigravity-lan",
      readings: [
        quota({ id: "gemini-5h", scope: "Gemini", models: ["gemini-3-pro", "gemini-3-flash"] }),
        quota({ id: "3p-5h", scope: "Claude and GPT", models: ["claude-opus-5", "gpt-oss-120b"] }),
        quota({ id: "3p-weekly", scope: "Claude and GPT", models: ["claude-opus-5", "gpt-oss-120b"] }),
      ],
    },
    {
      account: "proxy",
      readings: [
        quota({ id: "a", scope: "Claude", models: ["claude-opus-5"] }),
        quota({ id: "b", scope: "GPT", models: ["gpt-oss-120b"] }),
        { kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: 1 },
      ],
    },
  ]);

  it("is what the account's provider says, whatever the model is called", () => {
    const shared = poolWith("antigravity-lan", "Claude and GPT");
    expect(index.poolOf("antigravity-lan", "claude-opus-5")).toEqual(shared);
    expect(index.poolOf("antigravity-lan", "gpt-oss-120b")).toEqual(shared);
    expect(index.poolOf("proxy", "claude-opus-5")).toEqual(poolWith("proxy", "Claude"));
    expect(index.poolOf("proxy", "gpt-oss-120b")).toEqual(poolWith("proxy", "GPT"));
  });

  it("is the account itself when no quota lists the model, however well its name fits", () => {
    expect(index.poolOf("antigravity-lan", "claude-sonnet-5")).toEqual(poolWith("antigravity-lan", ""));
    expect(index.poolOf("nobody", "claude-opus-5")).toEqual(poolWith("nobody", ""));
  });

  it("is the smaller one of two that list the model, in whichever order they come", () => {
    const large = quota({ id: "all", scope: "All", models: ["a", "b", "c"] });
    const small = quota({ id: "image", scope: "Images", models: ["c"] });
    for (const readings of [
      [large, small],
      [small, large],
    ]) {
      const { poolOf } = indexModels([{ account: "x", readings }]);
      expect(poolOf("x", "c").scope).toBe("Images");
      expect(poolOf("x", "a").scope).toBe("All");
    }
  });

  it("is found without going through the readings again", () => {
    const models = ["a", "b"];
    const { poolOf } = indexModels([{ account: "x", readings: [quota({ scope: "S", models })] }]);
    models.length = 0;
    expect(poolOf("x", "b").scope).toBe("S");
  });
});

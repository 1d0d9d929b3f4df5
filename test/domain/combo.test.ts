import { describe, expect, it } from "vitest";
import { memberKey, membersOf } from "../../src/core/domain/combo.ts";

describe("the members of a combo", () => {
  it("are accounts, alone or with a model or a pattern, in their order", () => {
    const combos = { coding: ["claude-lan/claude-opus-*", "glm-main/glm-4.7", "free-one"] };
    expect(membersOf(combos, "coding")).toEqual([
      { account: "claude-lan", model: "claude-opus-*" },
      { account: "glm-main", model: "glm-4.7" },
      { account: "free-one" },
    ]);
    expect(membersOf(combos, "coding").map(memberKey)).toEqual(combos.coding);
  });

  it("may have models with slashes in their names", () => {
    expect(membersOf({ a: ["router/meta/llama-4:free"] }, "a")).toEqual([
      { account: "router", model: "meta/llama-4:free" },
    ]);
  });

  it("stand in place of the combo that they are of, each where it comes first", () => {
    const combos = { all: ["one", "inner", "two"], inner: ["three", "one", "two"] };
    expect(membersOf(combos, "all").map(memberKey)).toEqual(["one", "three", "two"]);
  });

  it("are found without end where combos go in a circle", () => {
    expect(membersOf({ a: ["b", "x"], b: ["a", "y"] }, "a").map(memberKey)).toEqual(["y", "x"]);
    expect(membersOf({}, "a")).toEqual([]);
    expect(membersOf({}, "constructor")).toEqual([]);
  });
});

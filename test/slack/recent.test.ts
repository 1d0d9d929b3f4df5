import { describe, expect, it } from "vitest";
import { createRecent } from "../../src/slack/recent.ts";

describe("what was delivered recently", () => {
  it("is known for ten minutes", () => {
    let now = 0;
    const recent = createRecent({ now: () => now });
    expect(recent.isNew("a")).toBe(true);
    now = 9 * 60_000;
    expect(recent.isNew("a")).toBe(false);
    now = 10 * 60_000;
    expect(recent.isNew("a")).toBe(true);
  });

  it("is bounded: the oldest of very many are forgotten", () => {
    const recent = createRecent({ now: () => 0 });
    for (let index = 0; index <= 5_000; index += 1) recent.isNew(`key ${index}`);
    expect(recent.isNew("key 5000")).toBe(false);
    expect(recent.isNew("key 1")).toBe(false);
    expect(recent.isNew("key 0")).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { total } from "../../../src/providers/kit/totals.ts";

describe("a total", () => {
  it("is free of the noise of binary fractions", () => {
    expect(total([0.1, 0.2])).toBe(0.3);
    expect(total([1, -0.9])).toBe(0.1);
  });

  it("is unknown as soon as one part is", () => {
    expect(total([1, undefined, 2])).toBeUndefined();
  });

  it("of nothing is 0", () => {
    expect(total([])).toBe(0);
  });

  it("that no number can hold is unknown", () => {
    expect(total([1e308, 1e308])).toBeUndefined();
  });
});

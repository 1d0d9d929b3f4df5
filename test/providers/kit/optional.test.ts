import { expect, it } from "vitest";
import { AppError } from "../../../src/core/errors.ts";
import { optional } from "../../../src/providers/kit/optional.ts";

it("hands an optional answer on", async () => {
  expect(await optional(Promise.resolve("credits"))).toBe("credits");
});

it("does without an answer that the provider does not give", async () => {
  const refused = new AppError("provider_forbidden", "Not for this key.");
  expect(await optional(Promise.reject(refused))).toBeUndefined();
});

it("does not hide a mistake of the program", async () => {
  await expect(optional(Promise.reject(new TypeError("no such field")))).rejects.toThrow(TypeError);
});

import { expect, it } from "vitest";
import { qwen } from "../../src/providers/qwen.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(qwen);

it("needs no credential and no consent, as nothing is asked", () => {
  expect(qwen.settings.safeParse({}).success).toBe(true);
  expect(qwen.hosts).toEqual([]);
  expect(qwen.official).toBe(true);
});

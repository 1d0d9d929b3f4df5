import { expect, it } from "vitest";
import { iflow } from "../../src/providers/iflow.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(iflow);

it("needs no credential and no consent, as nothing is asked", () => {
  expect(iflow.settings.safeParse({}).success).toBe(true);
  expect(iflow.hosts).toEqual([]);
  expect(iflow.official).toBe(true);
});

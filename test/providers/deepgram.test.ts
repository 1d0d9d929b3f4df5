import { expect, it } from "vitest";
import { deepgram } from "../../src/providers/deepgram.ts";
import { checkProvider } from "../provider-contract.ts";
import { loadFixtures, readWithoutNetwork } from "../provider-fixtures.ts";

checkProvider(deepgram);

it.each([
  ["project", "12345678-90ab-cdef-1234-567890abcdef"],
  ["two-projects", "p-1 p-2"],
])("names the projects of %s as what the quota belongs to", async (name, owner) => {
  const found = loadFixtures("deepgram").find((named) => named.name === name);
  if (found === undefined) throw new Error(`There is no fixture ${name}.`);
  const { reading } = await readWithoutNetwork(deepgram, found.fixture);
  expect(reading?.owner).toBe(owner);
});

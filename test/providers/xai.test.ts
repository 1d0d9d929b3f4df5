import { expect, it } from "vitest";
import { xai } from "../../src/providers/xai.ts";
import { checkProvider } from "../provider-contract.ts";
import { loadFixtures, readWithoutNetwork } from "../provider-fixtures.ts";

checkProvider(xai);

it("names the team as what the balance belongs to", async () => {
  for (const { name, fixture } of loadFixtures("xai")) {
    const { reading } = await readWithoutNetwork(xai, fixture);
    if (reading !== undefined) expect([name, reading.owner]).toEqual([name, fixture.settings.teamId]);
  }
  expect.hasAssertions();
});

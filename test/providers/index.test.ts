import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { providers } from "../../src/providers/index.ts";

const folder = new URL("../../src/providers/", import.meta.url);
const declaring = readdirSync(folder).filter(
  (file) => file.endsWith(".ts") && readFileSync(new URL(file, folder), "utf8").includes("= defineProvider("),
);

describe("the list of providers", () => {
  it.each(declaring)("has what %s declares", async (file) => {
    const exported = Object.values((await import(new URL(file, folder).href)) as object);
    expect(exported.some((value) => providers.includes(value))).toBe(true);
  });

  it("has every provider once", () => {
    expect(new Set(providers.map(({ id }) => id)).size).toBe(declaring.length);
    expect(providers).toHaveLength(declaring.length);
  });
});

import { describe, expect, it } from "vitest";
import { load, problemsOf } from "./harness.ts";

const everyDay = "mon tue wed thu fri sat sun";

describe("a digest", () => {
  it.each([
    ["", "day", everyDay, false],
    ["period: day, days: mon-fri, skipEmpty: true", "day", "mon tue wed thu fri", true],
    ["period: week", "week", "mon", false],
    ["period: week, days: [fri]", "week", "fri", false],
    ["period: month", "month", everyDay, false],
  ])("with {%s} is one of a %s on %s", async (written, period, days, skipEmpty) => {
    const { config } = await load(`digest: [{ at: "09:00", channels: terminal, ${written} }]`);
    expect(config?.digest).toEqual([
      { at: "09:00", channels: ["terminal"], period, days: days.split(" "), skipEmpty },
    ]);
  });

  it.each([
    [
      "period: month, days: mon",
      "digest[0].days: does not go with `period: month`, which comes on the first day of the month",
    ],
    ["period: year", "digest[0].period: must be `day`, `week` or `month`"],
    ["skipempty: true", "digest[0].skipempty: unknown key; did you mean `skipEmpty`?"],
  ])("cannot have %s", async (written, problem) => {
    const problems = await problemsOf(`digest: [{ at: "09:00", channels: terminal, ${written} }]`);
    expect(problems.map((line) => line.replace(/^\S+ /, ""))).toEqual([problem]);
  });
});

import { describe, expect, it } from "vitest";
import { projectRunOut } from "../../src/core/domain/pace.ts";
import { quota, start } from "../fakes/core.ts";

const hour = 3_600_000;
/** A 5-hour window of which `hours` have passed. */
const passed = (hours: number, used: number) => quota({ used, resetsAt: start + (5 - hours) * hour });

describe("the projection of a window", () => {
  it("says when it runs out before the reset, in a straight line from its start", () => {
    expect(projectRunOut(passed(2, 60), start)).toEqual({
      runsOutAt: start + (40 / 30) * hour,
      beforeReset: 3 * hour - (40 / 30) * hour,
      measuredOver: 2 * hour,
    });
  });

  it("says nothing when the quota lasts until the reset", () => {
    expect(projectRunOut(passed(4, 60), start)).toBeUndefined();
  });

  it("says nothing about an unused, an exhausted, or an only just begun window", () => {
    expect(projectRunOut(passed(2, 0), start)).toBeUndefined();
    expect(projectRunOut(passed(2, 100), start)).toBeUndefined();
    expect(projectRunOut(passed(0.05, 60), start)).toBeUndefined();
  });

  it("says nothing when the window's start is not known or has passed", () => {
    expect(projectRunOut(quota({ used: 60 }), start)).toBeUndefined();
    expect(
      projectRunOut(quota({ used: 60, resetsAt: start + hour, windowSeconds: undefined }), start),
    ).toBeUndefined();
    expect(projectRunOut(quota({ used: 60, resetsAt: start - hour }), start)).toBeUndefined();
    expect(projectRunOut(quota({ used: 60, resetsAt: start + 9 * hour }), start)).toBeUndefined();
  });
});

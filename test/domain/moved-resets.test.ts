import { describe, expect, it } from "vitest";
import { type QuotaSample, samplesOf } from "../../src/core/domain/history.ts";
import { findMoved } from "../../src/core/domain/moved-resets.ts";
import type { Instant } from "../../src/core/domain/quota.ts";
import { quota, start } from "../fakes/core.ts";
import { createMemory, hours, look, minutes } from "../fakes/incident-memory.ts";

const reset = start + 50 * hours;

function createWatch() {
  const memory = createMemory();
  const samples: QuotaSample[] = [];
  let minute = 0;
  return (resetsAt: Instant | undefined, used = 40): string[] => {
    minute += 10;
    const at = start + minute * minutes;
    const readings = [quota({ used, resetsAt })];
    const facts = { account: "a", readings, at, known: memory.known(), samples: () => samples };
    const again = memory.take(look({ findings: findMoved(facts) }), at);
    expect(memory.take(look({ findings: findMoved({ ...facts, known: memory.known() }) }), at)).toEqual([]);
    samples.push(...samplesOf("a", readings, at));
    return again;
  };
}

describe("A reset that moves while its window goes on", () => {
  it("is told once, when two samples agree on where to", () => {
    const see = createWatch();
    expect([see(reset), see(reset), see(reset + 5 * hours)].flat()).toEqual([]);
    expect(see(reset + 5 * hours)).toEqual(["quota.reset_moved"]);
    expect([see(reset + 5 * hours), see(reset + 5 * hours)].flat()).toEqual([]);
  });

  it("is told for each place that it moves to", () => {
    const see = createWatch();
    const places = [reset, reset + 5 * hours, reset - 5 * hours].flatMap((place) => [place, place, place]);
    expect(places.flatMap((place) => see(place))).toEqual(["quota.reset_moved", "quota.reset_moved"]);
  });

  it("is not one that is told a little differently each time", () => {
    const see = createWatch();
    const told = [0, 9, 1, 8, 0, 5, 9, 0].flatMap((off) => see(reset + off * minutes));
    expect(told).toEqual([]);
  });

  it("is not one that creeps with every sample, as those of windows that roll do", () => {
    for (const step of [5, 6, 8, 9, 10, 12]) {
      const see = createWatch();
      const told = Array.from({ length: 30 }, (_, index) => see(reset + index * step * minutes)).flat();
      expect(told).toEqual([]);
    }
  });

  it("is told once where a creep comes to rest more than 10 minutes away, and not for a small one after it", () => {
    const see = createWatch();
    const told = (offs: readonly number[]) => offs.flatMap((off) => see(reset + off * minutes));
    expect(told([0, 0, 6, 12, 18, 24])).toEqual([]);
    expect(told([24])).toEqual(["quota.reset_moved"]);
    expect(told([24, 28, 28, 33, 33])).toEqual([]);
    expect(told([38, 38])).toEqual(["quota.reset_moved"]);
  });

  it("is not one that one wrong answer tells", () => {
    const see = createWatch();
    const places = [reset, reset, reset + 5 * hours, reset, reset, reset];
    expect(places.flatMap((place) => see(place))).toEqual([]);
  });

  it("is not the next window", () => {
    const see = createWatch();
    see(reset, 80);
    see(reset, 85);
    expect([see(reset + 5 * hours, 3), see(reset + 5 * hours, 4), see(reset + 5 * hours, 90)].flat()).toEqual(
      [],
    );
  });

  it("is not that of a window nobody has used, which begins with its first use", () => {
    const see = createWatch();
    const told = [0, 0, 30, 30].flatMap((off) => see(reset + off * minutes, 0));
    expect([...told, see(reset + 60 * minutes, 3), see(reset + 60 * minutes, 4)].flat()).toEqual([]);
  });

  it("is not one that passed, or is not told", () => {
    const see = createWatch();
    see(start + 5 * minutes);
    see(start + 5 * minutes);
    expect([see(reset), see(reset)].flat()).toEqual([]);
    expect([see(undefined), see(undefined), see(reset + hours), see(reset + hours)].flat()).toEqual([]);
  });
});

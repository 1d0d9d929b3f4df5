import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  estimateOf,
  medianOf,
  priorities,
  priorityOf,
  type TaskSize,
  taskType,
  usualSizes,
} from "../../src/core/domain/estimate.ts";

const usual = (task: string) => usualSizes[task] as TaskSize;
const tokensOf = (task: string, circumstances = {}) => estimateOf(task, usual(task), circumstances).tokens;

describe("an estimate", () => {
  it.each([
    ["code_generation", 3_000, 12_000, 15_000],
    ["code_review", 6_000, 2_000, 8_000],
    ["documentation", 4_000, 6_000, 10_000],
    ["analysis", 8_000, 4_000, 12_000],
    ["quick_query", 1_000, 1_000, 2_000],
  ])("of %s is %i in and %i out", (task, input, output, tokens) => {
    expect(estimateOf(task, usual(task))).toEqual({
      ...{ task, input, output, tokens },
      basis: "default",
      factors: { files: 1, complexity: 1, conservative: 1 },
      priority: "normal",
    });
    expect(Object.keys(usualSizes)).toHaveLength(5);
  });

  it.each([
    [0, 0.5],
    [1, 0.5],
    [5, 0.5],
    [6, 0.6],
    [10, 1],
    [12, 1.2],
    [29, 2.9],
    [30, 3],
    [500, 3],
  ])("about %i files is %f times as large", (files, factor) => {
    const estimate = estimateOf("code_generation", usual("code_generation"), { files });
    expect(estimate.tokens).toBe(15_000 * factor);
    expect(estimate.factors.files).toBe(factor);
  });

  it.each([
    ["simple", 10_500],
    ["normal", 15_000],
    ["complex", 22_500],
  ])("of a %s task is %i tokens", (complexity, tokens) => {
    expect(tokensOf("code_generation", { complexity })).toBe(tokens);
  });

  it("is 30 % larger on the safe side", () => {
    expect(tokensOf("code_review", { conservative: true })).toBe(10_400);
  });

  it("takes all circumstances together", () => {
    const all = { files: 20, complexity: "complex", conservative: true, urgent: true } as const;
    expect(estimateOf("analysis", usual("analysis"), all)).toMatchObject({
      input: 8_000 * 2 * 1.5 * 1.3,
      output: 4_000 * 2 * 1.5 * 1.3,
      tokens: 46_800,
      priority: "high",
    });
  });

  it("rounds input and output up, each by itself, and loses nothing in between", () => {
    fc.assert(
      fc.property(
        fc.nat(10_000_000),
        fc.nat(10_000_000),
        fc.nat(50),
        fc.constantFrom("simple", "normal", "complex"),
        fc.boolean(),
        (input, output, files, complexity, conservative) => {
          const made = estimateOf("x", { input, output }, { files, complexity, conservative });
          const tenths =
            BigInt(Math.min(30, Math.max(5, files))) *
            { simple: 7n, normal: 10n, complex: 15n }[complexity] *
            (conservative ? 13n : 10n);
          const up = (size: number) => Number((BigInt(size) * tenths + 999n) / 1000n);
          expect(made).toMatchObject({
            input: up(input),
            output: up(output),
            tokens: up(input) + up(output),
          });
        },
      ),
    );
  });

  it("says when it was measured, and from how much", () => {
    expect(estimateOf("translate", { input: 10, output: 20, records: 37 }).basis).toBe(
      "measured (37 records)",
    );
  });
});

describe("the priority of a task", () => {
  it("is normal unless told, and one step up when it is urgent", () => {
    expect(priorityOf({})).toBe("normal");
    expect(priorities.map((priority) => priorityOf({ priority }))).toEqual(["low", "normal", "high"]);
    expect(priorities.map((priority) => priorityOf({ priority, urgent: true }))).toEqual([
      ...["normal", "high", "high"],
    ]);
  });
});

describe("a task type", () => {
  it.each(["code_review", "code-review", "Code review", " CODE  REVIEW "])("may be written %j", (written) => {
    expect(taskType(written)).toBe("code_review");
  });
});

describe("a median", () => {
  it.each([
    [[5], 5],
    [[9, 1, 5], 5],
    [[1, 2], 2],
    [[4, 1, 100, 2], 3],
    [[], 0],
  ])("of %j is %i", (numbers, median) => {
    expect(medianOf(numbers)).toBe(median);
  });
});

import { describe, expect, it } from "vitest";
import type { UsageRecord } from "../../src/core/domain/usage.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Ledger } from "../../src/core/ports.ts";
import { createTaskSizes } from "../../src/core/services/task-sizes.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createKeptLog } from "../fakes/core.ts";
import { usageRecord } from "../fakes/usage.ts";

const today = "2026-11-22";

function record(id: string, input: number, rest: Partial<UsageRecord> = {}): UsageRecord {
  const tokens = { input, output: 2 * input, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
  return usageRecord(id, { task: "code_review", tokens, ...rest });
}

const records = (count: number, from = 1, rest: Partial<UsageRecord> = {}) =>
  Array.from({ length: count }, (_, index) => record(`r${from + index}`, from + index, rest));

async function setUp(stored: readonly UsageRecord[] = [], change: Partial<Ledger> = {}) {
  const { ledger } = createMemoryStore();
  if (stored.length > 0) await ledger.append(stored);
  const log = createKeptLog();
  return { log, ...createTaskSizes({ ledger: { ...ledger, ...change }, today: () => today, log }) };
}

describe("the size of a task", () => {
  it("is the default until there are 20 records, and their medians from then on", async () => {
    const { sizeOf, recorded } = await setUp();
    recorded(records(19));
    expect(await sizeOf("code_review")).toEqual({ input: 6_000, output: 2_000 });
    recorded(records(1, 20));
    expect(await sizeOf("Code review")).toEqual({ input: 11, output: 21, records: 20 });
  });

  it("counts what comes from a cache as input and reasoning as output", async () => {
    const { sizeOf, recorded } = await setUp();
    const tokens = { input: 1, output: 2, cacheRead: 30, cacheWrite: 400, reasoning: 5_000 };
    recorded(Array.from({ length: 20 }, (_, index) => record(`r${index}`, 0, { tokens })));
    expect(await sizeOf("code_review")).toMatchObject({ input: 431, output: 5_002 });
  });

  it("leaves out what failed, has no tokens, or is no call", async () => {
    const { sizeOf, recorded } = await setUp();
    recorded([
      ...records(20, 1, { outcome: "timeout" }),
      ...records(20, 30, { requests: 0 }),
      ...records(20, 60, { task: undefined }),
      ...Array.from({ length: 20 }, (_, index) => record(`z${index}`, 0)),
    ]);
    expect(await sizeOf("code_review")).toEqual({ input: 6_000, output: 2_000 });
  });

  it("is that of the last 200 records, those before the start included, each once", async () => {
    const stored = [
      ...records(150, 1, { day: "2026-11-20" }),
      ...records(100, 151, { day: today }),
      ...records(50, 900, { day: "2026-11-07" }),
    ];
    const { sizeOf, recorded } = await setUp(stored);
    recorded(records(40, 211));
    expect(await sizeOf("code_review")).toEqual({ input: 151, output: 301, records: 200 });
  });

  it("is not that of three weeks ago, nor of another task", async () => {
    const { sizeOf } = await setUp([
      ...records(30, 1, { day: "2026-11-08" }),
      ...records(30, 50, { task: "translate" }),
    ]);
    expect(await sizeOf("code_review")).toEqual({ input: 6_000, output: 2_000 });
    expect(await sizeOf("translate")).toMatchObject({ records: 30 });
  });

  it("is found among thousands of records that name no task", async () => {
    const { sizeOf } = await setUp([
      ...Array.from({ length: 25_000 }, (_, index) => record(`x${index}`, 1, { task: undefined })),
      ...records(20, 1, { day: "2026-11-19", task: "Code-Review" }),
    ]);
    expect(await sizeOf("code_review")).toMatchObject({ records: 20 });
  });

  it("is unknown of a task without one, and the answer names those that have one", async () => {
    const { sizeOf, recorded } = await setUp();
    recorded([...records(20, 1, { task: "translate" }), ...records(7, 30, { task: "summarize" })]);
    await expect(sizeOf("code_reveiw")).rejects.toMatchObject({
      code: "request_invalid",
      message: expect.stringMatching(/Did you mean "code_review"\?.* quick_query, translate\.$/),
    });
    await expect(sizeOf("summarize")).rejects.toThrow("has 7 of the 20 records");
    await expect(sizeOf("constructor")).rejects.toMatchObject({ code: "request_invalid" });
  });

  it("is the default while the ledger is away, which is asked again", async () => {
    let away = true;
    const { ledger } = createMemoryStore();
    await ledger.append(records(20));
    const { sizeOf, log } = await setUp([], {
      ...ledger,
      async usage(query) {
        if (away) throw new AppError("store_unavailable", "The ledger is away.");
        return await ledger.usage(query);
      },
    });
    expect(await sizeOf("code_review")).toEqual({ input: 6_000, output: 2_000 });
    expect(log.lines).toMatchObject([{ level: "warn" }]);
    away = false;
    expect(await sizeOf("code_review")).toMatchObject({ records: 20 });
  });
});

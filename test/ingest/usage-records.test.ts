import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { readUsageRecord } from "../../src/ingest/usage-record.ts";
import { parseUsageRecords } from "../../src/ingest/usage-records.ts";

const parse = (record: object) => readUsageRecord(JSON.parse(JSON.stringify(record)));
const problem = (record: object) => {
  const reported = parse(record);
  return "problem" in reported ? reported.problem : undefined;
};

describe("a usage record", () => {
  it("is read with all that the contract names", () => {
    expect(
      parse({
        ...{
          id: "req_01",
          at: "2026-11-22T03:00:00Z",
          account: "glm-main",
          provider: "zai",
          model: "glm-4.7",
        },
        ...{ user: "lan@example.org", agent: "agent-7", operation: "translate", task: "code_review" },
        ...{ combo: "premium-coding", audioSeconds: 0, inputText: null, outputText: null, costUsd: null },
        tokens: { input: 1250, output: 850, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
        ...{ durationMs: 3200, outcome: "ok" },
      }),
    ).toEqual({
      ...{ id: "req_01", at: Date.parse("2026-11-22T03:00:00Z"), account: "glm-main", provider: "zai" },
      ...{ model: "glm-4.7", user: "lan@example.org", agent: "agent-7", operation: "translate" },
      ...{ task: "code_review", combo: "premium-coding", audioMs: 0, durationMs: 3200, outcome: "ok" },
      tokens: { input: 1250, output: 850, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
      source: "api",
    });
  });

  it("needs nothing: what is left out, null or blank is absent", () => {
    expect(parse({})).toEqual({ source: "api" });
    expect(
      parse({ id: null, model: " ", tokens: null, at: null, outcome: "", unheard: { of: [1] } }),
    ).toEqual({
      source: "api",
    });
    expect(parse({ tokens: { input: null } })).toEqual({ source: "api" });
  });

  it.each([
    ["2026-11-22T10:00:00+07:00"],
    ["2026-11-22T03:00:00"],
    [1_795_316_400],
    ["1795316400"],
    [1_795_316_400_000],
  ])("takes %s for an instant", (at) => {
    expect(parse({ at })).toMatchObject({ at: Date.parse("2026-11-22T03:00:00Z") });
  });

  it("takes numbers as text, and a whole number for what binary fractions make of one", () => {
    expect(parse({ tokens: { input: "12", output: 3.0000000001 }, durationMs: "12.5" })).toMatchObject({
      tokens: { input: 12, output: 3, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
      durationMs: 13,
    });
  });

  it.each([
    [0.0000015, 2],
    [0.00000149, 1],
    ["0.0000005", 1],
    [1e-7, 0],
    [1.0000005, 1_000_001],
    [1.005, 1_005_000],
    ["12.3456789e1", 123_456_789],
    [0, 0],
  ])("turns %s dollars into %s whole micro-dollars", (costUsd, costMicros) => {
    expect(parse({ costUsd })).toMatchObject({ costMicros });
  });

  it("rounds every amount as exact arithmetic on its digits does", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (nanos) => {
        const text = `${nanos / 10n ** 9n}.${String(nanos % 10n ** 9n).padStart(9, "0")}`;
        expect(parse({ costUsd: text })).toMatchObject({ costMicros: Number((nanos + 500n) / 1000n) });
      }),
    );
  });

  it("counts seconds of audio in whole milliseconds", () => {
    expect(parse({ audioSeconds: 12.3456 })).toMatchObject({ audioMs: 12_346 });
  });

  it("estimates tokens from texts, marks them, and lets go of the texts", () => {
    const reported = parse({
      inputText: "How are you today?",
      outputText: "Fine.",
      tokens: { cacheRead: 4 },
    });
    expect(reported).toEqual({
      source: "api",
      content: expect.stringMatching(/^[\w-]{43}$/) as string,
      tokens: { input: 5, output: 2, cacheRead: 4, cacheWrite: 0, reasoning: 0 },
      estimated: true,
    });
    expect(parse({ inputText: "" })).toMatchObject({ tokens: { input: 0 }, estimated: true });
  });

  it("believes a count rather than a text", () => {
    const tokens = { input: 7, output: 0 };
    expect(parse({ tokens, inputText: "one two three", outputText: "four" })).toEqual({
      source: "api",
      content: expect.any(String) as string,
      tokens: { input: 7, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
    });
  });

  it("without an id carries a digest of its texts, the same for the same texts alone", () => {
    const digestOf = (record: object) => (parse(record) as { content?: string }).content;
    const digests = [
      ...[
        { inputText: "cat" },
        { inputText: "dog" },
        { outputText: "cat" },
        { inputText: "c", outputText: "at" },
      ],
    ].map(digestOf);
    expect(new Set(digests).size).toBe(4);
    expect(digestOf({ inputText: "cat", outputText: null })).toBe(digests[0]);
    expect([digestOf({}), digestOf({ id: "a", inputText: "cat" })]).toEqual([undefined, undefined]);
  });

  it.each([
    ["success", "ok"],
    ["OK", "ok"],
    [200, "ok"],
    ["429", "rate_limited"],
    [503, "http_503"],
    ["Timed Out", "timed_out"],
    ["content_filter", "content_filter"],
  ])("calls the outcome %s %s", (outcome, word) => {
    expect(parse({ outcome })).toMatchObject({ outcome: word });
  });

  it("says which program made the call, and whether it was read from that program's logs", () => {
    expect(parse({ service: "codex_exec", source: "logs" })).toEqual({
      source: "logs",
      service: "codex_exec",
    });
    expect(parse({ source: "otlp" })).toEqual({ source: "api" });
  });

  it.each<[string, object]>([
    ["tokens.input", { tokens: { input: -1 } }],
    ["tokens.output", { tokens: { output: 1.5 } }],
    ["tokens.reasoning", { tokens: { reasoning: 2 ** 41 } }],
    ["tokens.cacheRead", { tokens: { cacheRead: "NaN" } }],
    ["tokens.cacheWrite", { tokens: { cacheWrite: true } }],
    ["tokens", { tokens: [1, 2] }],
    ["at", { at: "yesterday" }],
    ["at", { at: "1999-12-31T00:00:00Z" }],
    ["at", { at: "2026-02-30T00:00:00Z" }],
    ["model", { model: "x".repeat(201) }],
    ["user", { user: "two\nlines" }],
    ["user", { user: 12 }],
    ["task", { task: "half a \ud83d" }],
    ["costUsd", { costUsd: -0.01 }],
    ["costUsd", { costUsd: "1,50" }],
    ["audioSeconds", { audioSeconds: "long" }],
    ["durationMs", { durationMs: 1e30 }],
    ["inputText", { inputText: ["a"] }],
    ["outcome", { outcome: false }],
    ["outcome", { outcome: "a whole sentence about everything that went wrong" }],
  ])("is a problem that names %s when it cannot be understood", (field, record) => {
    expect(problem(record)).toMatch(new RegExp(`^${field.replace(".", "\\.")} must`));
  });

  it("names every field that is wrong, and repeats no value", () => {
    const told = problem({ user: "secret\nname", tokens: { input: -12345 }, outcome: true });
    expect(told).toMatch(/^user must.+; tokens\.input must.+; outcome must.+\.$/);
    expect(told).not.toMatch(/secret|12345/);
  });
});

describe("a body of usage records", async () => {
  const ids = async (body: string, contentType?: string) =>
    (await parseUsageRecords(body, contentType)).map((one) => ("problem" in one ? one.problem : one.id));

  it("is one record, an array, or one record a line", async () => {
    expect(await ids('{"id":"a"}')).toEqual(["a"]);
    expect(await ids('[{"id":"a"},{"id":"b"}]')).toEqual(["a", "b"]);
    expect(await ids('{"id":"a"}\n{"id":"b"}', "application/x-ndjson")).toEqual(["a", "b"]);
    expect(await ids("[]")).toEqual([]);
  });

  it("may have a byte order mark, CR LF, blank lines, an end of line at its end, and any content type", async () => {
    expect(await ids('\uFEFF{"id":"a"}\r\n\r\n{"id":"b"}\r\n', "application/json")).toEqual(["a", "b"]);
    expect(await ids('\uFEFF[\n{"id":"a"}\n]\n', "application/x-ndjson")).toEqual(["a"]);
  });

  it("keeps the good part of a partly bad one, in place", async () => {
    const records = await parseUsageRecords('{"id":"a"}\n{"id":\n7\n{"id":"d"}\n[{"id":"e"}]');
    expect(records.map((one) => "problem" in one)).toEqual([false, true, true, false, true]);
    expect((await parseUsageRecords('[{"id":"a"},null,{"id":"c"}]')).map((one) => "problem" in one)).toEqual([
      ...[false, true, false],
    ]);
  });

  it("may begin with a damaged line where lines were announced, and only there", async () => {
    const body = '{"id":"a\n{"id":"b"}';
    expect(await ids(body, "application/x-ndjson; charset=utf-8")).toEqual(["The line is not JSON.", "b"]);
    await expect(ids(body)).rejects.toThrow("one object a line");
  });

  it.each(["", "id=1", "<html>", '{"id":', '[\n{"id":"a"},\n{"id":"b"}\n', "\n \n"])(
    "is refused as a whole when it is neither: %j",
    async (body) => {
      await expect(parseUsageRecords(body)).rejects.toThrowError(
        expect.objectContaining({ code: "request_invalid" }) as Error,
      );
    },
  );

  it("is refused when it has more than 50,000 records", async () => {
    await expect(parseUsageRecords(`[${"{},".repeat(50_000)}{}]`)).rejects.toThrow("Send them in parts");
    await expect(parseUsageRecords("{}\n".repeat(50_001))).rejects.toThrow("Send them in parts");
    expect(await parseUsageRecords("{}\n".repeat(50_000))).toHaveLength(50_000);
  });

  it("is counted before it is read, however much there is and however deep", async () => {
    for (const body of [
      `[${"{},".repeat(5_000_000)}{}]`,
      "0\n".repeat(8_000_000),
      "\n".repeat(16_000_000),
      'a\\"\n'.repeat(4_000_000),
    ])
      await expect(parseUsageRecords(body)).rejects.toThrowError(
        expect.objectContaining({ code: "request_invalid" }) as Error,
      );
    const deep = `{"id":"a","x":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
    const wide = `{"id":"b","x":[${"{},".repeat(1_000_000)}{}]}`;
    const long = JSON.stringify({ id: "c", inputText: '\\",[{'.repeat(10_000) });
    const told = ["The record has more than 1000 values.", "The record has more than 1000 values.", "c"];
    expect(await ids(`[${deep}, ${wide} ,${long}]`)).toEqual(told);
    expect(await ids([deep, wide, long].join("\n"))).toEqual(told);
    expect(await ids(wide)).toEqual([told[1]]);
  });

  it("is read some at a time, and the process does other things in between", async () => {
    const body = JSON.stringify(Array.from({ length: 20_000 }, (_, index) => ({ id: `r${index}` })));
    let others = 0;
    const count = () => {
      others += 1;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    const records = await parseUsageRecords(body);
    clearImmediate(timer);
    expect(records).toHaveLength(20_000);
    expect(others).toBeGreaterThanOrEqual(10);
  });

  it("tells the same as reading it at once, whatever a list holds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 3 })), fc.nat(3), async (items, indent) => {
        expect(await parseUsageRecords(JSON.stringify(items, null, indent))).toEqual(
          items.map(readUsageRecord),
        );
      }),
    );
  });

  it("never fails otherwise, whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.array(fc.json()).map((lines) => lines.join("\n")),
        ),
        async (body) => {
          try {
            for (const one of await parseUsageRecords(body))
              expect("problem" in one || one.source === "api").toBe(true);
          } catch (error) {
            expect(isAppError(error, "request_invalid")).toBe(true);
          }
        },
      ),
    );
  });
});

import { describe, expect, it } from "vitest";
import { geminiLimit } from "../../src/providers/gemini-limit.ts";

const now = Date.parse("2026-11-22T03:00:00Z");

/** A 429 with these violations, and the retry delay that comes with all of them. */
function refusal(violations: object[], { message = "You exceeded your current quota.", delay = "32s" } = {}) {
  const details = [
    { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations },
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: delay },
  ];
  return { error: { code: 429, message, status: "RESOURCE_EXHAUSTED", details } };
}

function violation(quotaId: string, quotaValue?: string) {
  return { quotaId, quotaValue, quotaDimensions: { location: "global", model: "gemini-2.5-flash" } };
}

const perMinute = violation("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "5");
const perDay = violation("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20");
const inputTokens = violation("GenerateContentInputTokensPerModelPerMinute-FreeTier", "250000");

describe("a 429 of the Gemini API", () => {
  it("tells requests per minute, the model and when to go on", () => {
    expect(geminiLimit(refusal([perMinute], { delay: "20.5s" }), now)).toEqual({
      over: "minute",
      counts: "requests",
      model: "gemini-2.5-flash",
      limit: 5,
      resetsAt: now + 20_500,
    });
  });

  it("tells input tokens from requests", () => {
    const limit = geminiLimit(refusal([inputTokens]), now);
    expect(limit).toMatchObject({ over: "minute", counts: "tokens", limit: 250_000, resetsAt: now + 32_000 });
  });

  it("ends a daily quota at midnight in California, whatever the retry delay", () => {
    const limit = geminiLimit(refusal([perDay]), now);
    expect(limit).toMatchObject({ over: "day", counts: "requests", limit: 20 });
    expect(limit.resetsAt).toBe(Date.parse("2026-11-22T08:00:00Z"));
  });

  it.each([
    ["in summer", "2026-07-01T12:00:00Z", "2026-07-02T07:00:00Z"],
    ["at the midnight itself", "2026-07-02T07:00:00Z", "2026-07-03T07:00:00Z"],
    ["on the day the clocks go forward", "2026-03-08T09:00:00Z", "2026-03-09T07:00:00Z"],
    ["on the day the clocks go back", "2026-11-01T07:30:00Z", "2026-11-02T08:00:00Z"],
    ["while it is tomorrow in UTC", "2027-01-01T03:00:00Z", "2027-01-01T08:00:00Z"],
  ])("knows that midnight %s", (_, at, midnight) => {
    expect(geminiLimit(refusal([perDay]), Date.parse(at)).resetsAt).toBe(Date.parse(midnight));
  });

  it("goes by the day when both the minute and the day are used up", () => {
    expect(geminiLimit(refusal([perMinute, inputTokens, perDay]), now)).toMatchObject({
      over: "day",
      limit: 20,
    });
  });

  it.each([
    ["in the value", refusal([{ ...perDay, quotaValue: "0" }])],
    ["in the words", refusal([{ ...perDay, quotaValue: undefined }], { message: "…, limit: 0, model: x" })],
    ["at the end", refusal([{ ...perDay, quotaValue: undefined }], { message: "… limit: 0." })],
  ])("has no end when the tier's limit is 0, told %s", (_, body) => {
    expect(geminiLimit(body, now)).toEqual({
      over: "tier",
      counts: "requests",
      model: "gemini-2.5-flash",
      limit: 0,
    });
  });

  it("does not take a limit that begins with 0 for none", () => {
    expect(geminiLimit(refusal([perMinute], { message: "limit: 0.5, model: x" }), now).over).toBe("minute");
  });

  it("reads the array that the OpenAI-compatible endpoint sends", () => {
    expect(geminiLimit([refusal([perMinute])], now)).toMatchObject({ over: "minute", limit: 5 });
  });

  it.each([
    ["20.70617005s", 20_707],
    ["900ms", 900],
  ])("finds a delay of %s in the words when there are no details", (delay, milliseconds) => {
    const body = { error: { code: 429, message: `Quota exceeded.\nPlease retry in ${delay}.` } };
    expect(geminiLimit(body, now)).toEqual({ over: "unknown", resetsAt: now + milliseconds });
  });

  it.each([
    ["words alone", { error: { message: "Resource has been exhausted (e.g. check quota)." } }],
    ["another quota", refusal([{ quotaId: "PerWeek" }], { delay: "" })],
    ["a page", undefined],
    ["null", null],
    ["an empty object", {}],
    ["details of other types", { error: { details: [7, { violations: "x" }, { retryDelay: 5 }] } }],
  ])("knows neither which limit nor until when from %s", (_, body) => {
    expect(geminiLimit(body, now)).toEqual({ over: "unknown" });
  });
});

import { describe, expect, it } from "vitest";
import { parseLimitReport } from "../../src/ingest/limits/limit-report.ts";
import { start as now } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const at = (iso: string) => Date.parse(iso);
const told = (answer: object) => parseLimitReport({ account: "a", status: 429, ...answer }, now).told;

/** A Google error with these details. */
function google(details: object[], message = "Resource has been exhausted (e.g. check quota).") {
  return { error: { code: 429, message, status: "RESOURCE_EXHAUSTED", details } };
}

const violation = (quotaId: string, rest: object = {}) => ({
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaId, quotaDimensions: { location: "global", model: "gemini-2.5-flash" }, ...rest }],
});
const retry = (retryDelay: string) => ({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay });
const info = (reason: string, metadata: object = {}) => ({
  "@type": "type.googleapis.com/google.rpc.ErrorInfo",
  reason,
  metadata,
});
const error = (rest: object) => ({ body: { error: rest } });

describe("Anthropic", () => {
  const limited = error({ type: "rate_limit_error", message: "This request would exceed your rate limit." });

  it.each([
    ["retry-after", { ...limited, headers: { "Retry-After": "30" } }, undefined, now + 30_000],
    [
      "overloaded",
      { status: 529, ...error({ type: "overloaded_error", message: "Overloaded" }) },
      "capacity",
      undefined,
    ],
    [
      "the counter that is empty",
      {
        ...limited,
        headers: {
          "anthropic-ratelimit-requests-remaining": "999",
          "anthropic-ratelimit-requests-reset": "2026-11-22T03:00:01Z",
          "anthropic-ratelimit-input-tokens-remaining": "0",
          "anthropic-ratelimit-input-tokens-reset": "2026-11-22T03:00:42Z",
        },
      },
      undefined,
      at("2026-11-22T03:00:42Z"),
    ],
    [
      "the window of a plan",
      {
        ...limited,
        headers: {
          "retry-after": "5",
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": "1795323600",
          "anthropic-ratelimit-unified-representative-claim": "five_hour",
        },
      },
      "quota",
      1_795_323_600_000,
    ],
    [
      "the spend limit, which has no end that is sure",
      { ...error({ type: "rate_limit_error", details: { error_code: "enforced_spend_limit_reached" } }) },
      "quota",
      undefined,
    ],
  ])("tells %s", (_, answer, kind, until) => {
    expect(told(answer)).toMatchObject({ kind, until });
  });

  it("says which window it was", () => {
    const headers = {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-representative-claim": "seven_day_opus",
    };
    expect(told({ headers }).reason).toBe("The plan's weekly Opus limit is reached");
  });

  it("does not take a window that allows calls for the reason", () => {
    const headers = {
      "anthropic-ratelimit-unified-status": "allowed",
      "anthropic-ratelimit-unified-reset": "1795323600",
    };
    expect(told({ headers })).toMatchObject({ kind: undefined, until: undefined });
  });
});

describe("OpenAI and Codex", () => {
  it.each([
    [
      "a rate",
      {
        ...error({ code: "rate_limit_exceeded", type: "requests", message: "Please try again in 20s." }),
        headers: { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" },
      },
      "rate",
      now + 20_000,
    ],
    [
      "a rate by its counters alone",
      { headers: { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" } },
      undefined,
      now + 6 * minute,
    ],
    [
      "spent credit",
      { ...error({ type: "insufficient_quota", code: "insufficient_quota" }), retryAfter: 1 },
      "quota",
      undefined,
    ],
    [
      "a spend limit",
      error({ type: "insufficient_quota", code: "project_spend_limit_exceeded" }),
      "quota",
      undefined,
    ],
    [
      "the plan's limit",
      error({
        type: "usage_limit_reached",
        plan_type: "plus",
        resets_at: 1_795_323_600,
        resets_in_seconds: 7_200,
      }),
      "quota",
      1_795_323_600_000,
    ],
    [
      "the plan's limit in seconds",
      error({ type: "usage_limit_reached", resets_in_seconds: 7_200 }),
      "quota",
      now + 2 * hour,
    ],
    [
      "the plan's limit in headers",
      {
        headers: {
          "x-codex-primary-used-percent": "40",
          "x-codex-primary-reset-at": "1795400000",
          "x-codex-secondary-used-percent": "100",
          "x-codex-secondary-window-minutes": "10080",
          "x-codex-secondary-reset-after-seconds": "471285",
        },
      },
      "quota",
      now + 471_285_000,
    ],
    [
      "too many requests, and no more",
      { body: { detail: "Too many requests" }, retryAfter: 60 },
      undefined,
      now + minute,
    ],
  ])("tell %s", (_, answer, kind, until) => {
    expect(told(answer)).toMatchObject({ kind, until });
  });
});

describe("Google", () => {
  const daily = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
  const perMinute = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";

  it("ends a quota per day at midnight in California, whatever the retry delay, and for its model alone", () => {
    expect(
      told({ body: google([violation(daily), retry("32s")]), headers: { "retry-after": "32" } }),
    ).toEqual({
      kind: "quota",
      until: at("2026-11-22T08:00:00Z"),
      reason: "The quota of the day is used up",
      model: "gemini-2.5-flash",
      perModel: true,
    });
  });

  it.each([
    ["a limit per minute", google([violation(perMinute), retry("20.5s")]), "rate", now + 20_500],
    [
      "a model that is not in the tier",
      google([violation(perMinute, { quotaValue: "0" }), retry("20s")]),
      "quota",
      undefined,
    ],
    [
      "a pool that is used up",
      google([
        info("QUOTA_EXHAUSTED", {
          quotaResetDelay: "71h15m27.793662s",
          quotaResetTimeStamp: "2026-11-25T02:15:27Z",
        }),
        retry("256527.793662s"),
      ]),
      "quota",
      at("2026-11-25T02:15:27Z"),
    ],
    [
      "a throttle",
      google([info("RATE_LIMIT_EXCEEDED", { quotaResetDelay: "14.5s" }), retry("14.5s")]),
      "rate",
      now + 14_500,
    ],
    ["no capacity", google([info("MODEL_CAPACITY_EXHAUSTED"), retry("9s")]), "capacity", now + 9_000],
    ["spent credits", google([info("INSUFFICIENT_G1_CREDITS_BALANCE")]), "quota", undefined],
    ["nothing in particular", google([]), undefined, undefined],
  ])("tells %s", (_, body, kind, until) => {
    expect(told({ body })).toMatchObject({ kind, until });
    expect(told({ body: [body] })).toMatchObject({ kind, until });
    expect(told({ body: JSON.stringify(body) })).toMatchObject({ kind, until });
  });

  it("leaves the end of a day that is not the project's to the window", () => {
    const body = google([
      violation("GenerateRequestsPerDayPerUserPerTier", { quotaDimensions: {} }),
      info("QUOTA_EXHAUSTED", { model: "gemini-2.5-pro" }),
    ]);
    expect(told({ body })).toMatchObject({
      kind: "quota",
      until: undefined,
      model: "gemini-2.5-pro",
      perModel: false,
    });
  });
});

describe("Z.ai and others", () => {
  it.each([
    [
      "1308, in Beijing time",
      {
        code: "1308",
        message: "Usage limit reached for 5 hour. Your limit will reset at 2026-11-22 13:38:28",
      },
      "quota",
      at("2026-11-22T05:38:28Z"),
    ],
    [
      "1308 in Chinese",
      { code: "1308", message: "已达到 5 小时的使用上限。您的限额将在 2026-11-22 13:38:28 重置。" },
      "quota",
      at("2026-11-22T05:38:28Z"),
    ],
    [
      "1310 through the messages of Anthropic",
      {
        type: "rate_limit_error",
        message: "[1310][Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-11-29 07:49:08]",
      },
      "quota",
      undefined,
    ],
    [
      "1302, which is no quota",
      { code: "1302", message: "High concurrency usage of this API" },
      "rate",
      undefined,
    ],
    ["1303", { code: 1303, message: "High frequency usage of this API" }, "rate", undefined],
    ["1312, which is nobody's quota", { code: "1312", message: "The model is busy" }, "capacity", undefined],
    ["1113", { code: "1113", message: "Insufficient balance" }, "quota", undefined],
  ])("tell %s", (_, body, kind, until) => {
    const { until: end, ...rest } = told(error(body));
    expect(rest.kind).toBe(kind);
    if (until !== undefined) expect(end).toBe(until);
  });

  it("reads the end of 1310 from inside the brackets", () => {
    const message = "[1310][Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-11-29 07:49:08]";
    expect(told(error({ type: "rate_limit_error", code: "1310", message })).until).toBe(
      at("2026-11-28T23:49:08Z"),
    );
    expect(told(error({ type: "rate_limit_error", message })).until).toBe(at("2026-11-28T23:49:08Z"));
  });

  it.each([
    [
      "MiniMax",
      {
        body: {
          base_resp: {
            status_code: 2056,
            status_msg: "usage limit exceeded, resets at 2026-11-22T15:00:00Z (2056)",
          },
        },
      },
      "quota",
      at("2026-11-22T15:00:00Z"),
    ],
    [
      "a day of Groq",
      error({
        code: "rate_limit_exceeded",
        type: "tokens",
        message: "Rate limit reached on tokens per day (TPD): Limit 500000. Please try again in 7m12.5s.",
      }),
      "quota",
      now + 432_500,
    ],
    [
      "a minute of Groq",
      error({
        code: "rate_limit_exceeded",
        message: "Rate limit reached on tokens per minute (TPM). Please try again in 7.66s.",
      }),
      "rate",
      now + 7_660,
    ],
    [
      "OpenRouter",
      error({
        code: 429,
        message: "Rate limit exceeded: free-models-per-day",
        metadata: { headers: { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795392000000" } },
      }),
      "quota",
      1_795_392_000_000,
    ],
    [
      "LiteLLM",
      { status: 400, ...error({ type: "budget_exceeded", message: "Budget has been exceeded!" }) },
      "quota",
      undefined,
    ],
    ["money that is spent", { status: 402, body: "Payment required" }, "quota", undefined],
    ["a service with too much to do", { status: 503 }, "capacity", undefined],
    ["a date", { headers: [["Retry-After", "Sun, 22 Nov 2026 03:10:00 GMT"]] }, undefined, now + 10 * minute],
    [
      "the draft of the IETF",
      { headers: { "ratelimit-remaining": 0, "ratelimit-reset": 90 } },
      undefined,
      now + 90_000,
    ],
    ["milliseconds", { headers: { "retry-after-ms": "1500", "retry-after": "2" } }, undefined, now + 1_500],
    ["nothing at all", {}, undefined, undefined],
    [
      "an end that has passed or means nothing",
      { retryAfter: 0, headers: { "retry-after": "-5" } },
      undefined,
      undefined,
    ],
  ])("tell %s", (_, answer, kind, until) => {
    expect(told(answer)).toMatchObject({ kind, until });
  });
});

describe("a reported limit", () => {
  it("counts spans from when it was met", () => {
    const met = "2026-11-22T02:59:00Z";
    expect(parseLimitReport({ account: "a", model: "m", at: met, retryAfter: "90" }, now)).toMatchObject({
      account: "a",
      model: "m",
      at: at(met),
      told: { until: at(met) + 90_000 },
    });
  });

  it("keeps nothing of what the answer says but codes that are known", () => {
    const secret = "org-secret sk-live-12345 lan@example.org";
    const report = parseLimitReport(
      {
        account: "a",
        status: 429,
        source: "proxy-1",
        headers: { authorization: secret, "x-organization": secret },
        ...error({ code: "rate_limit_exceeded", type: secret, message: `Rate limit of ${secret}` }),
      },
      now,
    );
    expect(JSON.stringify(report)).not.toMatch(/secret|sk-live|example/);
    expect(report.told.reason).toBe("Calls come too fast (rate_limit_exceeded), says proxy-1");
  });

  it.each([
    ["another failure", { status: 404, body: { error: { message: "No such model" } } }, "HTTP 404"],
    ["a wrong key", { status: 401 }, "HTTP 401"],
    ["no account", { account: undefined }, "account: "],
    ["a strange status", { status: 42 }, "status: "],
    ["a strange instant", { at: "yesterday" }, "at: must be an instant"],
    ["a strange wait", { retryAfter: -1 }, "retryAfter: "],
    ["a text of several lines", { model: "a\nb" }, "model: must be one line"],
    [
      "headers without end",
      { headers: Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`h${at}`, "1"])) },
      "at most 200",
    ],
  ])("is refused for %s", (_, written, words) => {
    expect(() => parseLimitReport({ account: "a", ...written }, now)).toThrow(words);
  });

  it.each([
    [null],
    ["text"],
    [[]],
    [42],
    [{ account: "a", body: { error: { details: [null, 4, "x"], metadata: [] } } }],
  ])("never fails in another way, whatever is sent: %j", (written) => {
    try {
      parseLimitReport(written, now);
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "request_invalid" });
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError, isAppError } from "../../src/core/errors.ts";
import type { Http, HttpAnswer } from "../../src/core/provider.ts";
import { createCloudCode } from "../../src/providers/cloud-code.ts";
import { explainFailure } from "../../src/providers/cloud-code-failure.ts";
import { remainderOf, usedOf } from "../../src/providers/cloud-code-quota.ts";
import { googleTokenHost, refreshRequest } from "../../src/providers/google-sign-in.ts";

const now = Date.parse("2026-11-22T03:00:00Z");

describe("The hosts of Cloud Code", () => {
  const trouble = () => new AppError("provider_unavailable", "down");

  /** A client of three hosts that answer as told, and the hosts that it asked. */
  function client(answers: Record<string, unknown>, distinctHosts: Http["distinctHosts"] = (hosts) => hosts) {
    const asked: string[] = [];
    const json: Http["json"] = async ({ url }) => {
      const { hostname } = new URL(url);
      asked.push(hostname);
      const answer = answers[hostname];
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const answer = () => Promise.reject(new Error("only json is asked"));
    const http = { json, answer, distinctHosts };
    const hosts = ["daily.invalid", "sandbox.invalid", "main.invalid"];
    const context = { name: "Test", unsupportedClient: "moved", now, accessToken: "fake-access" };
    return { asked, cloud: createCloudCode({ ...context, http, hosts }) };
  }

  it("are asked in order until one answers, which comes first from then on", async () => {
    const { asked, cloud } = client({ "daily.invalid": trouble(), "sandbox.invalid": { ok: 1 } });
    expect(await cloud.ask("a", {})).toEqual({ body: { ok: 1 } });
    await cloud.ask("b", {});
    expect(asked).toEqual(["daily.invalid", "sandbox.invalid", "sandbox.invalid"]);
  });

  it("are asked once when they are all the same machine", async () => {
    const { asked, cloud } = client({ "daily.invalid": trouble() }, (hosts) => hosts.slice(0, 1));
    const { failure } = await cloud.ask("a", {});
    expect(failure?.error.code).toBe("provider_unavailable");
    expect(asked).toEqual(["daily.invalid"]);
  });

  it("are not asked one after the other about a token that one has rejected", async () => {
    const { asked, cloud } = client({ "daily.invalid": new AppError("provider_auth_rejected", "no") });
    expect((await cloud.ask("a", {})).failure?.kind).toBe("decided");
    expect(asked).toEqual(["daily.invalid"]);
  });

  it("do not hide a fault of the program", async () => {
    const { cloud } = client({ "daily.invalid": new TypeError("bug") });
    await expect(cloud.ask("a", {})).rejects.toThrow(TypeError);
  });
});

describe("A failure of Cloud Code", () => {
  it("never crashes the reading of it and repeats nothing of the answer", () => {
    const word = fc.constantFrom(
      "VALIDATION_REQUIRED",
      "QUOTA_EXHAUSTED",
      "RATE_LIMIT_EXCEEDED",
      "TOS_VIOLATION",
      "UNSUPPORTED_CLIENT",
      "Resets in 1h2m",
      "limit: 0",
    );
    const leaf = fc.oneof(fc.jsonValue(), word);
    const detail = fc.record(
      {
        reason: leaf,
        metadata: fc.dictionary(fc.string(), leaf),
        links: fc.array(leaf),
        retryDelay: leaf,
        violations: fc.array(leaf),
      },
      { requiredKeys: [] },
    );
    const error = fc.record(
      { message: leaf, details: fc.oneof(fc.array(detail), leaf) },
      { requiredKeys: [] },
    );
    const body = fc.oneof(fc.record({ error }), fc.array(fc.record({ error })), fc.jsonValue());
    fc.assert(
      fc.property(body, fc.constantFrom(400, 401, 403, 404, 429, 499, 500, 503), (told, status) => {
        const answer: HttpAnswer = { status, body: told, html: false, header: () => undefined };
        const failure = explainFailure(answer, { name: "Test", unsupportedClient: "moved", now });
        if (failure === undefined) return;
        expect(failure.error.code).toMatch(/^provider_/);
        const { actionUrl, retryAfter } = failure.error.details;
        expect(actionUrl ?? "https://accounts.google.com/").toMatch(/^https:\/\/([\w-]+\.)*google\.com\//);
        expect(retryAfter ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("What is left of a quota", () => {
  it.each([
    [{ remainingFraction: 0.6125 }, 38.75],
    [{ remainingFraction: 0.07 }, 93],
    [{ remainingFraction: "0.9933333" }, 0.6667],
    [{ remaining: { remainingFraction: 0 } }, 100],
    [{ remaining: { case: "remainingFraction", value: 1 } }, 0],
    [{ remainingFraction: 1.0000001 }, 0],
    [{ remainingFraction: -0.0000001 }, 100],
    [{ remaining: { case: "remainingAmount", value: 1 } }, undefined],
    [{ remainingFraction: 61.25 }, undefined],
    [{ remainingFraction: -1 }, undefined],
    [{ remainingFraction: "lots" }, undefined],
    [{ remaining: 0.5 }, undefined],
    [{}, undefined],
  ])("of %j is %s percent used", (fields, used) => {
    const { fraction } = remainderOf({
      remainingFraction: undefined,
      remainingAmount: undefined,
      remaining: undefined,
      ...fields,
    });
    expect(usedOf(fraction)).toBe(used);
  });
});

describe("A Google sign-in", () => {
  const owned = { refreshToken: "fake-refresh", clientId: "client", clientSecret: "fake-secret" };
  const explain = (status: number, body: unknown) =>
    refreshRequest("Test", owned).explain?.({ status, body, html: false, header: () => undefined });

  it("is renewed with the client that the owner supplies", () => {
    const form = { client_id: "client", refresh_token: "fake-refresh", grant_type: "refresh_token" };
    expect(refreshRequest("Test", owned)).toMatchObject({
      url: `https://${googleTokenHost}/token`,
      method: "POST",
      form: { ...form, client_secret: "fake-secret" },
    });
    expect(refreshRequest("Test", { refreshToken: "fake-refresh", clientId: "client" }).form).toEqual(form);
  });

  it.each(["invalid_grant", "invalid_client", "unauthorized_client"])(
    "that ends with %s needs a person",
    (error) => {
      const told = explain(400, { error, error_description: "Token has been expired or revoked." });
      expect(isAppError(told) && told.code).toBe("provider_auth_rejected");
    },
  );

  it.each([
    [429, { error: "rate_limited" }],
    [503, { error: { message: "down" } }],
    [400, "Bad Request"],
  ])("that fails otherwise is left to the general rules: %i %j", (status, body) => {
    expect(explain(status, body)).toBeUndefined();
  });
});

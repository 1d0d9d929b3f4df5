import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { antigravity } from "../../src/providers/antigravity.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(antigravity);

describe("Antigravity's credential file", () => {
  const fromFile = (document: unknown) => antigravity.signIn?.fromFile(document);
  const keyring = {
    token: { access_token: "fake-access", refresh_token: "fake-refresh", expiry: "2026-11-22" },
  };

  it("gives the access token and the project of a proxy's auth file", () => {
    const file = { type: "antigravity", access_token: "fake-access", project_id: "example-project" };
    expect(fromFile(file)).toEqual({ accessToken: "fake-access", project: "example-project" });
  });

  it("gives the access token of a keyring entry, wrapped or not", () => {
    const wrapped = `go-keyring-base64:${Buffer.from(JSON.stringify(keyring)).toString("base64")}`;
    expect(fromFile(keyring)).toEqual({ accessToken: "fake-access" });
    expect(fromFile(wrapped)).toEqual({ accessToken: "fake-access" });
  });

  it("is parsed by the provider's settings", () => {
    expect(antigravity.settings.parse(fromFile(keyring))).toEqual({ accessToken: "fake-access" });
  });

  it.each([
    ["a packed refresh token", "fake-refresh|example-project|managed-project", /refresh token but no access/],
    [
      "a file with a packed one",
      { type: "antigravity", refresh: "fake-refresh|p|m" },
      /refresh token but no access/,
    ],
    [
      "a keyring entry without access",
      { token: { refresh_token: "fake-refresh" } },
      /refresh token but no access/,
    ],
    ["a broken keyring entry", "go-keyring-base64:canary", /no access token/],
    ["an empty token", { access_token: " " }, /no access token/],
    ["nothing", null, /no access token/],
    ["a list", [], /no access token/],
  ])("takes %s for no access token and says what to do", (_, document, words) => {
    const error = thrownBy(() => fromFile(document));
    expect(isAppError(error, "provider_credentials_missing") && error.message).toMatch(words);
    expect(isAppError(error) && error.message).not.toMatch(/fake-|canary/);
  });

  it("is not taken from another client", () => {
    const error = thrownBy(() => fromFile({ type: "claude", access_token: "fake-access" }));
    expect(isAppError(error) && error.code).toBe("provider_not_applicable");
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { claude } from "../../src/providers/claude.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(claude);

describe("Claude Code's credentials file", () => {
  const fromFile = (document: unknown) => claude.signIn?.fromFile(document);

  it("gives the access token and what it says of the plan", () => {
    const claudeAiOauth = {
      accessToken: "fake-access",
      refreshToken: "fake-refresh",
      expiresAt: 1,
      subscriptionType: "max",
      rateLimitTier: "default_claude_max_20x",
    };
    expect(fromFile({ claudeAiOauth })).toEqual({
      accessToken: "fake-access",
      subscriptionType: "max",
      rateLimitTier: "default_claude_max_20x",
    });
    expect(fromFile({ claudeAiOauth: { accessToken: "fake-access", subscriptionType: null } })).toEqual({
      accessToken: "fake-access",
    });
  });

  it.each([
    [{ mcpOAuth: { server: { accessToken: "fake-mcp" } } }],
    [{ claudeAiOauth: {} }],
    [{ claudeAiOauth: null }],
    [{ claudeAiOauth: { accessToken: "" } }],
    [[]],
    [null],
  ])("without a sign-in says what to do: %j", (document) => {
    try {
      fromFile(document);
      expect.unreachable();
    } catch (error) {
      expect(isAppError(error, "provider_credentials_missing")).toBe(true);
      expect(String(error)).toContain("claude login");
      expect(String(error)).not.toContain("fake-mcp");
    }
  });
});

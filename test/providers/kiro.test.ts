import { describe, expect, it } from "vitest";
import type { HttpAnswer } from "../../src/core/provider.ts";
import { kiro } from "../../src/providers/kiro.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(kiro);

describe("the sign-in file of the Kiro editor", () => {
  const fromFile = (document: unknown) => kiro.settings.parse(kiro.signIn?.fromFile(document));

  it("gives the token and the profile, and not the region of the sign-in", () => {
    const file = {
      accessToken: "fake-access-token",
      refreshToken: "fake-refresh-token",
      expiresAt: "2026-11-22T12:00:00.000Z",
      authMethod: "IdC",
      provider: "Enterprise",
      profileArn: "arn:aws:codewhisperer:eu-central-1:000000000000:profile/FIXTURE",
      region: "us-west-2",
      clientIdHash: "0000",
    };
    expect(fromFile(file)).toEqual({
      accessToken: "fake-access-token",
      authMethod: "IdC",
      profileArn: "arn:aws:codewhisperer:eu-central-1:000000000000:profile/FIXTURE",
    });
  });

  it.each([[{ refreshToken: "fake-refresh-token" }], [{ accessToken: " " }], [null], [[]], ["?"]])(
    "is refused when it holds no access token: %j",
    (file) => {
      expect(() => fromFile(file)).toThrow(
        expect.objectContaining({
          code: "provider_credentials_missing",
          message: expect.not.stringContaining("fake-"),
        }),
      );
    },
  );
});

describe("refreshing a token that the bot owns", () => {
  const refresh = (owned: { clientId: string; clientSecret?: string }) =>
    kiro.signIn?.refresh({ refreshToken: "fake-refresh-token", ...owned });

  it("goes to AWS with the client that the sign-in was made with", () => {
    expect(refresh({ clientId: "fake-client", clientSecret: "fake-secret" })).toMatchObject({
      method: "POST",
      url: "https://oidc.us-east-1.amazonaws.com/token",
      json: {
        clientId: "fake-client",
        clientSecret: "fake-secret",
        grantType: "refresh_token",
        refreshToken: "fake-refresh-token",
      },
    });
  });

  it("goes to Kiro itself for a social sign-in, which has no client secret", () => {
    const request = refresh({ clientId: "social" });
    expect(request?.url).toBe("https://prod.us-east-1.auth.desktop.kiro.dev/refreshToken");
    expect(request?.json).toEqual({ refreshToken: "fake-refresh-token" });
  });

  it.each([
    [401, { message: "Bad credentials" }, "provider_auth_rejected"],
    [400, { error: "expired_token" }, "provider_auth_rejected"],
    [500, { message: "Internal error" }, undefined],
  ])("takes HTTP %i with %j for what it is", (status, body, code) => {
    const answer: HttpAnswer = { status, body, html: false, header: () => undefined };
    expect(refresh({ clientId: "social" })?.explain?.(answer)?.code).toBe(code);
  });

  it("asks declared hosts only", () => {
    for (const client of [{ clientId: "social" }, { clientId: "fake-client", clientSecret: "fake-secret" }]) {
      expect(kiro.hosts).toContain(new URL(refresh(client)?.url ?? "").hostname);
    }
  });
});

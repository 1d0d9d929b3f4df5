import { describe, expect, it } from "vitest";
import { copilot } from "../../src/providers/copilot.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(copilot);

describe("the editors' sign-in file", () => {
  const fromFile = (document: unknown) => copilot.settings.parse(copilot.signIn?.fromFile(document));

  it.each(["github.com", "github.com:Iv1.fake"])("gives the token of %s", (host) => {
    const file = {
      "example.ghe.com:Iv1.fake": { oauth_token: "fake-enterprise-token" },
      [host]: { user: "octo-example", oauth_token: "fake-github-token", githubAppId: "Iv1.fake" },
    };
    expect(fromFile(file)).toEqual({ accessToken: "fake-github-token" });
  });

  it("passes over entries that hold no token", () => {
    const file = {
      "github.com": null,
      "github.com:Iv1.old": { oauth_token: "" },
      "github.com:Iv1.new": { oauth_token: "fake-github-token" },
    };
    expect(fromFile(file)).toEqual({ accessToken: "fake-github-token" });
  });

  it.each([
    [{ "example.ghe.com": { oauth_token: "fake-enterprise-token" } }],
    [{ "github.com.example.org": { oauth_token: "fake-enterprise-token" } }],
    [{}],
    [null],
    [[]],
    ["?"],
  ])("is refused when it holds no sign-in for github.com: %j", (file) => {
    expect(() => fromFile(file)).toThrow(
      expect.objectContaining({
        code: "provider_credentials_missing",
        message: expect.not.stringContaining("fake-enterprise-token"),
      }),
    );
  });
});

describe("refreshing a token that the bot owns", () => {
  const owned = { refreshToken: "fake-refresh-token", clientId: "Iv1.fake" };
  const form = {
    client_id: "Iv1.fake",
    grant_type: "refresh_token",
    refresh_token: "fake-refresh-token",
  };

  it("asks GitHub for the next one", () => {
    expect(copilot.signIn?.refresh(owned)).toEqual({
      method: "POST",
      url: "https://github.com/login/oauth/access_token",
      form,
    });
  });

  it("adds the app's secret where there is one", () => {
    const request = copilot.signIn?.refresh({ ...owned, clientSecret: "fake-secret" });
    expect(request?.form).toEqual({ ...form, client_secret: "fake-secret" });
  });
});

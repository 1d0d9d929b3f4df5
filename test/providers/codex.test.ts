import { describe, expect, it } from "vitest";
import { codex } from "../../src/providers/codex.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(codex);

/** A JWT that nobody signed. */
function tokenNaming(workspace: string): string {
  const claims = { "https://api.openai.com/auth": { chatgpt_account_id: workspace } };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;
}

const tokens = {
  id_token: "fake.header.payload",
  access_token: "fake-codex-access-token",
  refresh_token: "fake-codex-refresh-token",
  account_id: "workspace-1",
};

describe("the CLI's sign-in file", () => {
  const fromFile = (document: unknown) => codex.settings.parse(codex.signIn?.fromFile(document));

  it("gives the access token and the workspace, and nothing that could be refreshed", () => {
    expect(fromFile({ auth_mode: "chatgpt", OPENAI_API_KEY: null, tokens })).toEqual({
      accessToken: "fake-codex-access-token",
      accountId: "workspace-1",
    });
  });

  it("names the workspace in its id token when it does not do so itself", () => {
    const { account_id: _, ...others } = tokens;
    const file = { tokens: { ...others, id_token: tokenNaming("workspace-2") } };
    expect(fromFile(file)).toEqual({ accessToken: "fake-codex-access-token", accountId: "workspace-2" });
  });

  it("may leave the workspace unnamed", () => {
    expect(fromFile({ tokens: { access_token: "fake-codex-access-token", id_token: "?" } })).toEqual({
      accessToken: "fake-codex-access-token",
    });
  });

  it("gives a personal access token, unless the CLI is set to the ChatGPT sign-in", () => {
    const personal = { personal_access_token: "fake-personal-token", tokens };
    expect(fromFile({ ...personal, tokens: null })).toEqual({
      accessToken: "fake-personal-token",
      kind: "personal",
    });
    expect(fromFile(personal)).toMatchObject({ accessToken: "fake-personal-token" });
    expect(fromFile({ ...personal, auth_mode: "chatgpt" })).toMatchObject({ accountId: "workspace-1" });
  });

  it.each([
    [{ auth_mode: "apikey", OPENAI_API_KEY: "fake-api-key", tokens: null }],
    [{ auth_mode: "ApiKey", OPENAI_API_KEY: "fake-api-key", tokens }],
    [{ OPENAI_API_KEY: "fake-api-key" }],
  ])("is refused when it holds an API key to be used: %j", (file) => {
    expect(() => fromFile(file)).toThrow(
      expect.objectContaining({
        code: "provider_not_applicable",
        message: expect.stringMatching(/no subscription quota: sign in with ChatGPT/),
      }),
    );
  });

  it.each([
    [{}],
    [{ tokens: null, OPENAI_API_KEY: null }],
    [{ tokens: { access_token: "" } }],
    [null],
    [[]],
    ["?"],
  ])("is refused when it holds no sign-in: %j", (file) => {
    expect(() => fromFile(file)).toThrow(
      expect.objectContaining({
        code: "provider_credentials_missing",
        message: expect.stringContaining("codex login"),
      }),
    );
  });
});

it("refreshes a token that the bot owns at OpenAI's sign-in", () => {
  const request = codex.signIn?.refresh({ refreshToken: "fake-refresh-token", clientId: "app_fake" });
  expect(request).toEqual({
    method: "POST",
    url: "https://auth.openai.com/oauth/token",
    json: {
      client_id: "app_fake",
      grant_type: "refresh_token",
      refresh_token: "fake-refresh-token",
      scope: "openid profile email offline_access",
    },
  });
});

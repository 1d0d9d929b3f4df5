import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { geminiCli } from "../../src/providers/gemini-cli.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(geminiCli);

describe("Gemini CLI's credential file", () => {
  const fromFile = (document: unknown) => geminiCli.signIn?.fromFile(document);
  const idToken = (claims: object) =>
    `fake.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;

  it("is where the CLI keeps it", () => {
    expect(geminiCli.signIn?.files).toEqual(["~/.gemini/oauth_creds.json"]);
  });

  it("gives the access token", () => {
    const file = {
      access_token: "fake-access",
      refresh_token: "fake-refresh",
      expiry_date: 1_795_319_999_000,
    };
    expect(fromFile(file)).toEqual({ accessToken: "fake-access" });
    expect(fromFile({ ...file, id_token: "fake.header.payload" })).toEqual({ accessToken: "fake-access" });
    expect(geminiCli.settings.parse(fromFile(file))).toEqual({ accessToken: "fake-access" });
  });

  it("tells whether the person belongs to a Workspace", () => {
    const file = (claims: object) => ({ access_token: "fake-access", id_token: idToken(claims) });
    expect(fromFile(file({ hd: "example.invalid" }))).toEqual({
      accessToken: "fake-access",
      workspace: true,
    });
    expect(fromFile(file({ sub: "1" }))).toEqual({ accessToken: "fake-access", workspace: false });
    expect(fromFile(file([]))).toEqual({ accessToken: "fake-access", workspace: false });
  });

  it.each([
    [{ refresh_token: "fake-refresh" }, "provider_credentials_missing"],
    [{}, "provider_credentials_missing"],
    [null, "provider_credentials_missing"],
    ["canary", "provider_credentials_missing"],
    [{ security: { auth: { selectedType: "oauth-personal" } } }, "provider_credentials_missing"],
    [{ security: { auth: { selectedType: "gemini-api-key" } } }, "provider_not_applicable"],
    [{ security: { auth: { selectedType: "vertex-ai" } } }, "provider_not_applicable"],
  ])("without an access token says what to do: %j", (document, code) => {
    try {
      fromFile(document);
      expect.unreachable();
    } catch (error) {
      expect(isAppError(error) && error.code).toBe(code);
      expect(isAppError(error) && error.message).not.toMatch(/fake-|canary/);
    }
  });
});

describe("Gemini CLI's plan", () => {
  const read = async (workspace: boolean | undefined) => {
    const bodies: Record<string, unknown> = {
      loadCodeAssist: { currentTier: { id: "free-tier", name: "Individuals" }, cloudaicompanionProject: "p" },
      retrieveUserQuota: {},
    };
    const { plan } = await geminiCli.read({
      http: {
        distinctHosts: (hosts) => hosts,
        answer: () => Promise.reject(new Error("only json is asked")),
        json: async ({ url }) => bodies[url.split(":").at(-1) ?? ""],
      },
      now: Date.parse("2026-11-22T03:00:00Z"),
      settings: { accessToken: "fake-access", workspace },
    });
    return plan;
  };

  it("of a free account is named after its Workspace, when it has one", async () => {
    expect(await read(true)).toBe("Workspace");
    expect(await read(false)).toBe("Free");
    expect(await read(undefined)).toBe("Free");
  });
});

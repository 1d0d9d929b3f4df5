import { describe, expect, it } from "vitest";
import { load, problemsOf } from "./harness.ts";

describe("a secret", () => {
  it("is in no problem, wherever it is written and however wrong", async () => {
    const content = `
accounts:
  - id: hush-1
    provider: openly
    credentials: { apiKey: hush-12345, apikey: hush-12345, teamId: [hush-12345] }
  - id: \${HUSH}
    provider: \${HUSH}
    label: [hush-12345]
    interval: \${HUSH}
    baseUrl: https://hush-12345@x
  - id: hush-12345
    provider: hush-12345
    acceptUnofficial: hush-12345
timezone: \${HUSH}
storage: { driver: postgres, url: hush-12345 }
email: { url: "http://bot:hush-12345@x", from: hush-12345 }
slack: { token: [hush-12345], appToken: { hush-12345: 1 }, signingSecret: hush-12345, port: hush-12345 }
discord: hush-12345
channels: { a: { webhook: hush-12345 }, hush-12345: { secret: hush-12345 } }
http: { keys: [{ name: hush-12345, key: hush-12345, scopes: [hush-12345] }, hush-12345] }
alerts: [{ channels: [hush-12345, "webhook:hush-12345", "slack:hush-12345"] }]
combos: { hush-12345: [hush-12345], b: [b] }
hush-12345: hush-12345
`;
    const problems = await problemsOf(content, { environment: { HUSH: "hush-12345" } });
    expect(problems.length).toBeGreaterThan(25);
    expect(problems.join("\n")).not.toContain("hush-12345");
  });

  it("is in no warning either", async () => {
    const { config } = await load(
      `accounts: [{ id: a, provider: openly, credentials: { apiKey: hush-12345, teamId: team-1 } }]
combos: { x: [hush-12345] }`,
    );
    expect(config?.warnings).toEqual(["quotabot.yml:2:15 combos.x[0]: no account is called `[redacted]`"]);
    expect(config?.secrets).toEqual(["hush-12345"]);
  });

  it("is told from what is none by the provider's settings", async () => {
    const { config } = await load(`accounts:
  - { id: a, provider: openly, credentials: { apiKey: key-a, teamId: open-b } }
  - { id: b, provider: privately, acceptUnofficial: true, credentials: { refreshToken: key-c, clientId: open-d, clientSecret: key-e, project: open-f } }
  - { id: c, provider: privately, acceptUnofficial: true, credentials: { file: open-g } }
  - { id: d, provider: privately, acceptUnofficial: true, credentials: { accessToken: " key-h " } }
`);
    expect(config?.secrets).toEqual(["key-a", "key-c", "key-e", " key-h ", "key-h"]);
  });
});

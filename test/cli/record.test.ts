import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { providers } from "../../src/providers/index.ts";
import { type ProviderAnswer, type ProviderServer, startProviderServer } from "../fakes/provider-server.ts";
import { createFolder, run } from "../flows/program.ts";
import { replay } from "../provider-contract.ts";
import { fixtureSchema } from "../provider-fixtures.ts";

let server: ProviderServer;
let folder: Awaited<ReturnType<typeof createFolder>>;

beforeEach(async () => {
  server = await startProviderServer();
});
afterEach(async () => {
  await server.close();
  await folder.remove();
});

/** Everything that must not be found in a fixture, whatever the case. */
const secrets = [
  "sk-9fQ2xTz81mLw",
  "n3v3r-t3ll",
  "xoxb-slack-secret-77",
  "eyJhbGciOiJIUzI1NiJ9",
  "c2lnbmF0dXJl",
  "88421fe0c1d94b5e",
  "3fA9",
  "lan.nguyen",
  "initech",
  "Initech Holdings",
  "Nguyen",
  "Lan",
  "Bob Okafor",
  "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  "org_01HZX3K9QW",
  "482910337",
  "team-kraken",
  "kraken",
  "10.20.30.41",
  "fd12:3456:789a::1",
  "supersecretquery",
  "+49 170 5550142",
  "proxy.initech.example",
  "127.0.0.1",
];

/** What an answer may say besides its numbers: under telling keys, under others, in sentences, as keys. */
const gossip = {
  key: "88421fe0c1d94b5e88421fe0c1d94b5e",
  key_name: "sk-...3fA9",
  owner: { first: "Lan", display: "Lan Nguyen of Initech Holdings", mail: "lan.nguyen@initech.example" },
  note: "Call Lan Nguyen at +49 170 5550142",
  remarks: "Kraken is our codename",
  request: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  numericUser: { user_id: 482910337 },
  last_seen_from: ["10.20.30.41", "fd12:3456:789a::1"],
  callback: "https://proxy.initech.example/hook/kraken?key=supersecretquery#Lan",
  session: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJMYW4ifQ.c2lnbmF0dXJl",
  by_user: { "Bob Okafor": 3, "lan.nguyen@initech.example": 4 },
  echo: "you sent Bearer sk-9fQ2xTz81mLw from 127.0.0.1",
  unrelated: "xoxb-slack-secret-77",
};

const headers = {
  "x-organization": "Initech Holdings",
  "x-request-id": "org_01HZX3K9QW",
  "set-cookie": "sid=88421fe0c1d94b5e",
};

async function recordFrom(account: string, answer: (path: string) => ProviderAnswer, file?: string) {
  folder = await createFolder(`
timezone: UTC
accounts:
  - ${account.replace("URL", server.url)}
slack: { token: xoxb-slack-secret-77, appToken: xapp-slack-secret-78 }
`);
  server.answer(({ path }) => answer(path));
  const args = ["record", "mine", ...(file === undefined ? [] : [file])];
  const { output, errors, code } = await run(args, { cwd: folder.path });
  const written = /^(\S+\.json): /.exec(output)?.[1];
  const path = join(folder.path, written ?? "nothing");
  const text = written === undefined ? "" : await readFile(path, "utf8");
  return { output, errors, code, path, text };
}

function expectNothingSecret(...texts: string[]): void {
  for (const text of texts) {
    const found = secrets.filter(
      (secret) => text.toLowerCase().includes(secret.toLowerCase()) && !isInsideWord(text, secret),
    );
    expect(found).toEqual([]);
  }
}

/** "Lan" is part of "plan", which gives nothing away. */
function isInsideWord(text: string, secret: string): boolean {
  return secret.length <= 3 && !new RegExp(`\\b${secret}\\b`, "i").test(text);
}

async function replayed(text: string, id: string) {
  const fixture = fixtureSchema.parse(JSON.parse(text));
  const provider = providers.find((provider) => provider.id === id);
  if (provider === undefined) throw new Error(`no provider ${id}`);
  await replay(provider, fixture);
  return fixture;
}

const litellm =
  "{ id: mine, provider: litellm, baseUrl: URL, label: Initech Holdings, credentials: { apiKey: sk-9fQ2xTz81mLw } }";

describe("record", () => {
  it("writes a fixture that plays back, with the numbers and none of the secrets", async () => {
    const budget = { budget_duration: "30d", budget_reset_at: "2026-12-01T00:00:00Z" };
    const { output, errors, code, path, text } = await recordFrom(litellm, (path) => {
      if (path === "/key/info") {
        const ids = { user_id: "lan.nguyen@initech.example", team_id: "team-kraken", key_alias: "Lan" };
        return {
          headers,
          body: {
            ...gossip,
            info: { spend: 12.345678, max_budget: "50", ...budget, ...ids, metadata: gossip },
          },
        };
      }
      if (path === "/user/info?user_id=lan.nguyen%40initech.example") {
        const user = {
          user_id: "lan.nguyen@initech.example",
          user_email: "lan.nguyen@initech.example",
          spend: 20,
        };
        return { headers, body: { user_info: user, keys: [gossip], teams: [] } };
      }
      if (path !== "/team/info?team_id=team-kraken") return { status: 404 };
      const team = { team_id: "team-kraken", team_alias: "kraken", spend: 300, max_budget: 1000 };
      return { headers, body: { team_info: team, team_memberships: [{ user_id: "Bob Okafor", spend: 1 }] } };
    });
    expect(errors).toBe("");
    expect(code).toBe(0);
    expectNothingSecret(text, output);
    expect(server.requests).toHaveLength(3);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(output).toMatch(/^litellm-\d{4}-\d\d-\d\d\.json: 3 exchanges, 3 readings\.$/m);
    expect(output).toMatch(/^Replaced: .*\d+ secrets?.*\.$/m);
    expect(output).toContain("Read the file before you share it.");
    expect(output).not.toContain("compare");

    const { expect: expected, settings } = await replayed(text, "litellm");
    expect(settings).toEqual({ apiKey: "fake-api-key" });
    expect(expected).toMatchObject({
      readings: [
        { id: "key", used: 12.345678, limit: 50, resetsAt: "2026-12-01T00:00:00.000Z" },
        { id: "team", used: 300, limit: 1000 },
        { id: "user", used: 20 },
      ],
    });
  });

  it("keeps the words that the provider's code needs, and stand-ins that stay the same from place to place", async () => {
    const account =
      "{ id: mine, provider: zai, acceptUnofficial: true, baseUrl: URL, credentials: { apiKey: sk-9fQ2xTz81mLw, organization: org_01HZX3K9QW } }";
    const limits = [
      { type: "TOKENS_LIMIT", unit: 3, number: 5, percentage: 17, nextResetTime: 1795318680000 },
    ];
    const { text, output } = await recordFrom(account, () => ({
      headers,
      body: {
        code: 200,
        success: true,
        msg: "Hello Lan",
        ...gossip,
        data: { level: "pro", limits, customer: "Initech Holdings", member: ["Bob Okafor", "Lan"] },
      },
    }));
    expectNothingSecret(text, output);
    const { expect: expected, exchanges, settings } = await replayed(text, "zai");
    expect(expected).toMatchObject({ plan: "Pro", readings: [{ id: "session", used: 17 }] });
    const body = exchanges[0]?.body as typeof gossip & { data: { customer: string; member: string[] } };
    expect(body.by_user).toEqual({ [body.data.member[0] ?? ""]: 3, [body.owner.mail]: 4 });
    expect(exchanges[0]?.request.headers?.["bigmodel-organization"]).toBe(settings.organization);
  });

  it("takes a session by password as it takes a key", async () => {
    const account =
      "{ id: mine, provider: 9router, acceptUnofficial: true, baseUrl: URL, credentials: { password: n3v3r-t3ll } }";
    const { text, output } = await recordFrom(account, (path) => {
      if (path === "/api/auth/login")
        return {
          headers: { "set-cookie": "auth_token=eyJhbGciOiJIUzI1NiJ9.eyJ9.c2lnbmF0dXJl; Path=/; HttpOnly" },
          body: { success: true },
        };
      if (path === "/api/providers")
        return {
          body: {
            connections: [
              {
                id: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                provider: "claude",
                name: "lan.nguyen@initech.example",
              },
            ],
          },
        };
      if (path !== "/api/usage/f81d4fae-7dec-11d0-a765-00a0c91e6bf6") return { status: 404 };
      return {
        body: {
          ...gossip,
          plan: "Claude Code",
          quotas: { "weekly opus (7d)": { used: 61, total: 100, resetAt: null } },
        },
      };
    });
    expectNothingSecret(text, output);
    const { expect: expected } = await replayed(text, "9router");
    expect(expected).toMatchObject({ plan: "Claude Code", readings: [{ scope: "Opus", used: 61 }] });
  });

  it("makes a fixture of a refusal, and of a page that is no answer", async () => {
    const refused = await recordFrom(litellm, () => ({
      status: 401,
      body: {
        error: {
          message: "Invalid token. Received API Key = sk-...3fA9, Key Hash (Token) =88421fe0c1d94b5e",
          code: "401",
        },
      },
    }));
    expect(refused.code).toBe(0);
    expectNothingSecret(refused.text, refused.output);
    expect((await replayed(refused.text, "litellm")).expect).toEqual({ error: "provider_auth_rejected" });
    await folder.remove();

    const page = await recordFrom(litellm, () => ({
      headers: { "content-type": "text/html" },
      body: "<html>Hello Lan Nguyen, your key is sk-9fQ2xTz81mLw</html>",
    }));
    expectNothingSecret(page.text, page.output);
    expect((await replayed(page.text, "litellm")).expect).toEqual({ error: "provider_unexpected_response" });
  });

  it("writes where it is told, and never over what is there", async () => {
    const answer = () => ({ body: { info: { spend: 1 } } });
    const { code, text } = await recordFrom(litellm, answer, "mine.json");
    expect(code).toBe(0);
    const again = await run(["record", "mine", "mine.json"], { cwd: folder.path });
    expect(again.code).toBe(2);
    expect(again.errors).toBe("mine.json is there already: name another file.\n");
    expect(await readFile(join(folder.path, "mine.json"), "utf8")).toBe(text);
  });

  it("says why when there is nothing to record", async () => {
    const hung = await recordFrom(
      "{ id: mine, provider: litellm, credentials: { apiKey: sk-9fQ2xTz81mLw } }",
      () => ({}),
    );
    expect(hung.code).toBe(1);
    expect(hung.errors).toContain("`baseUrl`");
    const unknown = await run(["record", "mein"], { cwd: folder.path });
    expect(unknown.code).toBe(2);
    expect(unknown.errors).toBe('No account is called "mein". Did you mean "mine"?\n');
  });
});

import { rm, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../fakes/free-port.ts";
import { startProviderServer } from "../fakes/provider-server.ts";
import { createFolder, launch, run } from "./program.ts";

const keys = [
  "{ name: grafana, key: fake-read-key, scopes: [read] }",
  "{ name: claude-code, key: fake-ingest-key, scopes: [ingest] }",
];

/** A configuration with one account that is only pushed and one that is read, and what `users` says of privacy. */
async function setUp(options: { users?: string; keys?: readonly string[] } = {}) {
  const [provider, port] = await Promise.all([startProviderServer(), freePort()]);
  const folder = await createFolder(`
timezone: UTC
privacy: { users: ${options.users ?? "keep"} }
accounts:
  - { id: claude-lan, provider: claude, label: Lan's Max, push: true }
  - id: glm-main
    provider: zai
    acceptUnofficial: true
    credentials: { apiKey: fake-zai-key-123 }
    baseUrl: ${provider.url}
http: { port: ${port}, keys: [${(options.keys ?? keys).join(", ")}] }
`);
  onTestFinished(async () => {
    await provider.close();
    await folder.remove();
  });
  const url = `http://127.0.0.1:${port}`;
  const cli = (...args: string[]) => run(args, { cwd: folder.path });
  return { provider, folder, port, url, cli };
}

/** Without Slack and Discord, as under a service manager: its input has ended. */
async function startBot({ folder }: Awaited<ReturnType<typeof setUp>>) {
  const bot = launch(["start"], { cwd: folder.path, input: "" });
  onTestFinished(() => void bot.child.kill("SIGKILL"));
  await expect.poll(() => bot.errors(), { timeout: 15_000 }).toContain('"msg":"Started."');
  return bot;
}

const statusLine = JSON.stringify({
  cwd: "/home/lan/secret-project",
  rate_limits: {
    five_hour: { used_percentage: 23.5, resets_at: 4_102_000_000 },
    seven_day: { used_percentage: 41.2, resets_at: 4_102_300_000 },
  },
});

async function report(house: Awaited<ReturnType<typeof setUp>>, ...more: string[]) {
  const environment = { QUOTABOT_URL: house.url, QUOTABOT_KEY: "fake-ingest-key", TMPDIR: house.folder.path };
  const args = ["report", "statusline", "--account", "claude-lan", ...more];
  return run(args, { cwd: house.folder.path, environment, input: statusLine });
}

describe("an account that is only pushed", () => {
  it("waits for its first report, then shows its numbers with who and when, and keeps them", async () => {
    const house = await setUp();
    const bot = await startBot(house);
    const before = await house.cli("quota", "list", "--account", "claude-lan");
    expect(before.output).toContain("waiting for the first report");
    expect(before.errors).toBe("");

    const printed = await report(house, "--user", "lan@example.org", "--print");
    expect(printed).toMatchObject({ code: 0, output: "5h 76% left · week 58% left\n", errors: "" });
    const list = await house.cli("quota", "list", "--json", "--account", "claude-lan");
    expect(JSON.parse(list.output).accounts).toMatchObject([
      {
        ...{
          account: "claude-lan",
          state: "ok",
          source: "push",
          reportedBy: "lan@example.org",
          stale: false,
        },
        readings: [
          { id: "session", used: 23.5, binding: false },
          { id: "weekly", used: 41.2, binding: true },
        ],
      },
    ]);
    const show = await house.cli("quota", "show", "claude-lan");
    expect(show.output).toMatch(/Numbers from +lan's machine, just now/);
    expect(show.output).not.toContain("example.org");

    bot.child.kill("SIGTERM");
    expect((await bot.ended).code).toBe(0);
    expect(bot.errors()).not.toMatch(/fake-|secret-project/);
    const after = await house.cli("quota", "list", "--json", "--account", "claude-lan", "--fresh");
    expect(JSON.parse(after.output).accounts).toMatchObject([
      { source: "push", readings: [{ used: 23.5 }, {}] },
    ]);
  });

  it("names nobody when the configuration says so", async () => {
    const house = await setUp({ users: "drop" });
    await startBot(house);
    // A report gives up after two seconds, which a busy machine may need to start it.
    const show = async () => {
      await report(house, "--strict", "--user", "lan@example.org");
      return (await house.cli("quota", "show", "claude-lan")).output;
    };
    await expect.poll(show, { timeout: 30_000 }).toMatch(/Numbers from +somebody's machine/);
    expect(await show()).not.toContain("lan@");
  });
});

describe("report statusline", () => {
  it("ends within two seconds and says nothing while no bot runs", async () => {
    const { took, ...rest } = await report(await setUp());
    expect(rest).toEqual({ code: 0, output: "", errors: "" });
    expect(took).toBeLessThan(5_000);
  });

  it("ends with 2 when it is not told the account", async () => {
    const { code, errors } = await (await setUp()).cli("report", "statusline");
    expect([code, errors]).toEqual([2, expect.stringContaining("--account")]);
  });
});

describe("the command line beside a running bot", () => {
  it("asks it over HTTP, with --fresh too", async () => {
    const house = await setUp();
    const percentage = { now: 17 };
    house.provider.answer(({ path }) =>
      path.includes("quota/limit")
        ? {
            body: {
              code: 200,
              data: { limits: [{ type: "TOKENS_LIMIT", unit: 3, number: 5, percentage: percentage.now }] },
            },
          }
        : { status: 404 },
    );
    await startBot(house);
    await expect
      .poll(async () => (await house.cli("quota", "list", "--account", "glm-main")).output, {
        timeout: 10_000,
      })
      .toContain("83% left");
    // With its file gone, only the bot itself can tell.
    await rm(`${house.folder.path}/data/state.json`, { force: true });
    const { output, errors } = await house.cli("quota", "list", "--fresh");
    expect(errors).toBe("");
    expect(output).toContain("83% left");
    expect(output).toContain("waiting for the first report");
  });

  it("shows what is stored when no key may read", async () => {
    const house = await setUp({ keys: keys.slice(1) });
    await startBot(house);
    const { code, errors } = await house.cli("quota", "list");
    expect(code).toBe(0);
    expect(errors).toContain("these are the numbers it read last");
  });
});

it("a port that is taken ends the start with 78 and names it", async () => {
  const house = await setUp();
  await startBot(house);
  const config = `accounts: []\nhttp: { port: ${house.port} }\n`;
  const folder = await createFolder(config);
  onTestFinished(() => folder.remove());
  const { code, errors } = await run(["start"], { cwd: folder.path });
  expect(code).toBe(78);
  expect(errors).toContain(`cannot listen on 127.0.0.1:${house.port}`);
});

describe("doctor", () => {
  it("lists each account with its state and what to do, and ends with 1 when somebody has to act", async () => {
    const house = await setUp();
    house.provider.answer(() => ({ status: 401, body: {} }));
    const { code, output, errors } = await house.cli("doctor");
    expect(errors).toBe("");
    expect(code).toBe(1);
    expect(output).toMatch(/^1 thing to put right, /);
    expect(output).toMatch(/^✗ glm-main: sign in again: .+$/m);
    expect(output).toContain("✓ Lan's Max: waiting for the first report");
    expect(output).toContain("✓ Configuration: can be used\n✓ Data folder: can be written\n");
    expect(output).toContain("! HTTP: 2 keys could be guessed: grafana and claude-code");
    expect(output).toContain(`✓ Hosts: reached: ${new URL(house.provider.url).host}`);
    expect(output).not.toContain("fake-");
    const json = JSON.parse((await house.cli("doctor", "--json")).output);
    expect(json).toMatchObject({ ok: false });
    expect(json.findings).toContainEqual(
      expect.objectContaining({ check: "account", account: "glm-main", state: "auth_expired", ok: false }),
    );
  });

  it("ends with 0 when all is well, beside a running bot too", async () => {
    const house = await setUp();
    house.provider.answer(() => ({
      body: { code: 200, data: { limits: [{ type: "TOKENS_LIMIT", unit: 3, number: 5, percentage: 1 }] } },
    }));
    const { code, output } = await house.cli("doctor");
    expect([code, output]).toEqual([0, expect.stringContaining("All is well")]);
    await startBot(house);
    const beside = await house.cli("doctor");
    expect(beside.code).toBe(0);
    expect(beside.output).toContain("✓ Data folder: in the hands of the bot that runs");
    expect(beside.output).toMatch(/✓ Running bot: process \d+ on /);
  });

  it("looks at everything else when the data folder cannot be used", async () => {
    const house = await setUp();
    await writeFile(`${house.folder.path}/data`, "in the way");
    await writeFile(`${house.folder.path}/quotabot.yml`, "dataDir: ./data/below\naccounts: []\n");
    const { code, output } = await house.cli("doctor");
    expect(code).toBe(1);
    expect(output).toMatch(/✗ Data folder: Cannot use .+ \(ENOTDIR\)/);
    expect(output).toContain("✓ Node.js: ");
  });

  it("ends with 78 for a configuration that has problems", async () => {
    const folder = await createFolder("acounts: []");
    onTestFinished(() => folder.remove());
    const { code, errors, output } = await run(["doctor", "--json"], { cwd: folder.path });
    expect([code, errors]).toEqual([78, expect.stringContaining("acounts")]);
    expect(JSON.parse(output)).toMatchObject({
      ok: false,
      findings: [{ check: "configuration", ok: false, problems: [expect.stringContaining("acounts")] }],
    });
  });
});

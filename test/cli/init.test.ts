import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { PermissionFlagsBits } from "discord.js";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { type Ask, type Check, gaveUp } from "../../src/cli/init/ask.ts";
import { slackAppLink } from "../../src/cli/init/texts.ts";
import { type InitOptions, initialize } from "../../src/cli/init.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { secretEnvironment } from "../../src/core/provider.ts";
import { inviteLink, permissionsAsked } from "../../src/discord/invite.ts";
import { providers } from "../../src/providers/index.ts";
import { expandPlace } from "../../src/providers/reader/credential-file.ts";

const manifestFile = join(import.meta.dirname, "../../manifest.yml");
const manifest = await readFile(manifestFile, "utf8");
const secretOfFile = "sk-ant-oat01-of-the-file";
const discordToken = `${Buffer.from("123456789012345678").toString("base64url")}.Gabcde.abcdefghijklmnopqrstuvwxyz`;

type Given = string | boolean | readonly string[];

/** Answers by a part of the question; what is not told is answered as Enter would. Gives up at the question of that number. */
function createPerson(
  answers: Readonly<Record<string, Given | Given[]>> = {},
  giveUpAt = Number.POSITIVE_INFINITY,
) {
  const seen: string[] = [];
  const queues = new Map(
    Object.entries(answers).map(([part, given]) => [
      part,
      Array.isArray(given) && part.endsWith("*") ? [...given] : [given],
    ]),
  );
  let asked = 0;
  function answer<Value>(message: string, enter: Value): Value {
    seen.push(message);
    asked += 1;
    if (asked === giveUpAt) throw gaveUp;
    for (const [part, queue] of queues) {
      if (message.includes(part.replace(/\*$/, "")) && queue.length > 0) return queue.shift() as Value;
    }
    return enter;
  }
  function written(message: string, usual: string, check: Check | undefined): string {
    const given = answer(message, usual);
    const fault = check?.(given);
    if (fault !== undefined) throw new Error(`"${message}" does not take "${given}": ${fault}`);
    return given;
  }
  const ask: Ask = {
    say: (text) => void seen.push(text),
    link: (address) => void seen.push(address),
    choose: async ({ message, choices }) => answer(message, choices[0]?.value as never),
    search: async ({ message, choices }) => answer(message, choices[0]?.value ?? ""),
    pick: async ({ message, choices, picked = [] }) => {
      seen.push(...choices.map(({ label }) => label));
      const wanted = answer<readonly string[]>(message, picked);
      return choices
        .filter(({ value, label }) => wanted.some((one) => one === value || label.includes(one)))
        .map(({ value }) => value);
    },
    text: async ({ message, usual = "", check }) => written(message, usual, check),
    secret: async ({ message, check }) => written(message, "", check),
    confirm: async ({ message, usual }) => answer(message, usual),
  };
  return { ask, said: () => seen.join("\n"), asked: () => asked };
}

async function setUp(
  options: { environment?: Record<string, string>; claude?: boolean; dotEnv?: string } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "quotabot-init-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const home = join(folder, "home");
  const cwd = join(folder, "work");
  await mkdir(join(home, ".claude"), { recursive: true });
  await mkdir(cwd);
  if (options.claude) {
    const document = JSON.stringify({ claudeAiOauth: { accessToken: secretOfFile } });
    await writeFile(join(home, ".claude/.credentials.json"), document);
  }
  if (options.dotEnv !== undefined) await writeFile(join(cwd, ".env"), options.dotEnv);
  const environment = options.environment ?? {};
  const output: string[] = [];
  const load = (path: string, variables: NodeJS.ProcessEnv): Promise<Config | undefined> =>
    loadConfig({ path, environment: variables, cwd, home, providers });

  return {
    cwd,
    home,
    environment,
    output: () => output.join(""),
    run(given: InitOptions, ask?: Ask): Promise<number> {
      const cli = {
        setup: {
          providers,
          environment,
          home,
          cwd,
          timezone: "Europe/Berlin",
          placeOf: (place: string) => expandPlace(place, home, environment),
          check: async (path: string, variables: NodeJS.ProcessEnv) => void (await load(path, variables)),
          discordInvite: inviteLink,
          manifest: { path: manifestFile, read: () => manifest },
        },
        output: { isTTY: false, write: (text: string) => output.push(text) },
        input: { isTTY: false },
      };
      return initialize(cli as unknown as Parameters<typeof initialize>[0], given, ask);
    },
    read: (name: string) => readFile(join(cwd, name), "utf8"),
    config: async (variables: Record<string, string> = environment) => {
      const config = await load(join(cwd, "quotabot.yml"), variables);
      if (config === undefined) throw new Error("there is no configuration");
      return config;
    },
    files: async () => (await readdir(cwd)).sort(),
  };
}

it("--yes switches on what is official and found, and keeps what is unofficial as a comment", async () => {
  const machine = await setUp({
    claude: true,
    environment: { OPENROUTER_API_KEY: "or-secret", XAI_MANAGEMENT_KEY: "xai-secret" },
  });
  expect(await machine.run({ yes: true })).toBe(0);
  const { accounts, timezone } = await machine.config();
  expect(accounts.map(({ id, provider }) => ({ id, provider }))).toEqual([
    { id: "openrouter", provider: "openrouter" },
  ]);
  expect(timezone).toBe("Europe/Berlin");
  expect(machine.output()).toMatch(/^on {2}openrouter: OPENROUTER_API_KEY in the environment$/m);
  expect(machine.output()).toMatch(/^off claude: ~\/\.claude\/\.credentials\.json \(unofficial\)$/m);
  expect(machine.output()).toMatch(/^off xai: .* \(fill in what is missing\)$/m);
  expect(machine.output() + (await machine.read("quotabot.yml"))).not.toMatch(/-secret|of-the-file/);
  expect((await stat(join(machine.cwd, "quotabot.yml"))).mode & 0o777).toBe(0o600);
  expect(await machine.files()).toEqual(["quotabot.yml"]);
});

it("finds every provider by the variables it names, and all that is written as a comment is right once uncommented", async () => {
  const variables = providers.flatMap((provider) =>
    Object.values(provider.settings.shape).flatMap((setting) => secretEnvironment(setting) ?? []),
  );
  const environment = Object.fromEntries(variables.map((name) => [name, `value-of-${name}`]));
  const machine = await setUp({ environment });
  await machine.run({ yes: true });
  const text = await machine.read("quotabot.yml");
  await writeFile(join(machine.cwd, "quotabot.yml"), text.replace(/^( *)#(?=\S| {2})/gm, "$1"), {
    mode: 0o600,
  });
  const { accounts, warnings, digest, slack, http } = await machine.config({
    ...environment,
    ...{ SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", DISCORD_TOKEN: discordToken },
    ...{ QUOTABOT_HTTP_KEY: "k", DATABASE_URL: "postgres://localhost/quotabot" },
  });
  const alive = providers.filter(({ id }) => !["qwen", "iflow"].includes(id));
  expect(accounts.map(({ provider }) => provider)).toEqual(alive.map(({ id }) => id));
  expect(warnings).toEqual([]);
  expect([digest.length, slack?.token, http?.keys.length]).toEqual([1, "xoxb-1", 1]);
});

it("nothing found is still a configuration that can be started with", async () => {
  const machine = await setUp();
  await machine.run({ yes: true });
  expect((await machine.config()).accounts).toEqual([]);
  expect(machine.output()).toContain("No sign-ins or keys found");
});

it("a credential file that is of no use is told, with what to do and without what stands in it", async () => {
  const machine = await setUp();
  await mkdir(join(machine.home, ".codex"));
  await writeFile(join(machine.home, ".codex/auth.json"), '{"OPENAI_API_KEY":"sk-very-secret"}');
  await writeFile(join(machine.home, ".claude/.credentials.json"), "sk-very-secret");
  await machine.run({ yes: true });
  expect(machine.output()).toMatch(/Codex: ~\/\.codex\/auth\.json is of no use\. .*codex login/);
  expect(machine.output()).toContain("~/.claude/.credentials.json is of no use. This file is not JSON.");
  expect(machine.output()).not.toContain("very-secret");
});

it("a tool's own variable says where its file is", async () => {
  const machine = await setUp();
  const place = join(machine.cwd, "elsewhere");
  await mkdir(place);
  await writeFile(
    join(place, ".credentials.json"),
    JSON.stringify({ claudeAiOauth: { accessToken: secretOfFile } }),
  );
  machine.environment.CLAUDE_CONFIG_DIR = place;
  await machine.run({ yes: true });
  expect(await machine.read("quotabot.yml")).toContain(`file: ${join(place, ".credentials.json")}`);
});

it("a configuration that is there is not replaced without --force, and with it a copy stays", async () => {
  const machine = await setUp();
  await writeFile(join(machine.cwd, "quotabot.yml"), "timezone: Asia/Tokyo\n");
  await expect(machine.run({ yes: true })).rejects.toMatchObject({ code: "conflict" });
  expect(await machine.read("quotabot.yml")).toBe("timezone: Asia/Tokyo\n");
  await machine.run({ yes: true, force: true });
  expect((await machine.config()).timezone).toBe("Europe/Berlin");
  expect(await machine.read("quotabot.yml.bak")).toBe("timezone: Asia/Tokyo\n");
  await machine.run({ yes: true, force: true });
  expect(await machine.read("quotabot.yml.bak")).toBe("timezone: Asia/Tokyo\n");
  expect(await machine.files()).toEqual(["quotabot.yml", "quotabot.yml.bak", "quotabot.yml.bak2"]);
});

it("without a terminal and without --yes it is refused as wrong use, and nothing is written", async () => {
  const machine = await setUp();
  await expect(machine.run({})).rejects.toMatchObject({
    code: "request_invalid",
    message: expect.stringContaining("--yes"),
  });
  expect(await machine.files()).toEqual([]);
});

it("a folder that is not there is told before anything is asked", async () => {
  const machine = await setUp();
  const person = createPerson();
  await expect(machine.run({ config: "no/such/quotabot.yml" }, person.ask)).rejects.toMatchObject({
    code: "store_unavailable",
    message: expect.stringContaining("no such folder"),
  });
  expect(person.asked()).toBe(0);
});

it("writes what was answered: accounts by sign-in and by key, Slack and Discord, alerts, admins, budget, HTTP", async () => {
  const machine = await setUp({ claude: true, dotEnv: "# mine\nMINE='as it is'\nSLACK_APP_TOKEN=\n" });
  const person = createPerson({
    "Which of these": ["Claude"],
    "by its key*": [true, true, false],
    "Whose account*": ["zai", "xai"],
    "Z.ai (GLM): apiKey": "zai-$ecret'1",
    "xAI: apiKey": "xai-secret",
    "xAI: teamId": "team-1",
    "Call them": false,
    "Name of Claude": "claude-lan",
    "though unofficial": true,
    "type /quota": "both",
    "Bot token (xoxb": "xoxb-secret-1",
    "App-level token": "xapp-secret-2",
    "Bot token (empty": discordToken,
    "Server id": "223456789012345678",
    "Discord channel": "323456789012345678",
    "Anything else": ["zone", "admins", "budget", "http"],
    "Time zone": "Asia/Tokyo",
    "Slack admins": "U012ABC, W9",
    "Discord admins": "423456789012345678",
    "US dollars": "99.5",
    "Check it now": false,
  });
  expect(await machine.run({ slackApiUrl: "https://slack-gov.com/api/" }, person.ask)).toBe(0);

  const config = await machine.config();
  expect(config.accounts).toMatchObject([
    { id: "claude-lan", acceptUnofficial: true, credentials: { file: "~/.claude/.credentials.json" } },
    { id: "zai", acceptUnofficial: true, credentials: { apiKey: "zai-$ecret'1" } },
    { id: "xai", acceptUnofficial: false, credentials: { apiKey: "xai-secret", teamId: "team-1" } },
  ]);
  expect(config.slack).toMatchObject({
    token: "xoxb-secret-1",
    appToken: "xapp-secret-2",
    apiUrl: "https://slack-gov.com/api/",
  });
  expect(config.discord).toMatchObject({ token: discordToken, guild: "223456789012345678" });
  expect(config.alerts[0]?.channels).toEqual(["slack:#ai-quota", "discord:323456789012345678"]);
  expect(config.digest).toHaveLength(1);
  expect(config.admins).toMatchObject({ slack: ["U012ABC", "W9"], discord: ["423456789012345678"] });
  expect(config.budgets[0]).toMatchObject({ period: "month", usd: 99.5 });
  expect(config.timezone).toBe("Asia/Tokyo");
  expect(config.http?.keys[0]?.key).toMatch(/^[\w-]{43}$/);
  expect(config.warnings).toEqual([]);

  const dotEnv = await machine.read(".env");
  expect(dotEnv).toMatch(/^# mine\nMINE='as it is'\n/);
  expect(parseEnv(dotEnv)).toMatchObject({ SLACK_APP_TOKEN: "xapp-secret-2", ZAI_API_KEY: "zai-$ecret'1" });
  expect((await stat(join(machine.cwd, ".env"))).mode & 0o777).toBe(0o600);
  const shown = person.said() + (await machine.read("quotabot.yml"));
  expect(shown).not.toMatch(/-\$?ecret|secret-|of-the-file/);
  expect(shown).not.toContain(discordToken);
  expect(person.said()).toContain("client_id=123456789012345678");
  expect(person.said()).toMatch(/quotabot start .* \/quota in Slack and Discord\./);
}, 20_000);

it("ending it at any question leaves the folder as it was, and says so", async () => {
  const answers = {
    "Which of these": ["Claude"],
    "by its key*": [true, false],
    "Whose account": "zai",
    "Z.ai": "k-1",
    "type /quota": "both",
  };
  for (let question = 1; ; question += 1) {
    const machine = await setUp({ claude: true });
    const person = createPerson({ ...answers, "Check it now": false }, question);
    const code = await machine.run({}, person.ask);
    if (person.said().includes("Wrote ")) {
      expect(question).toBeGreaterThan(12);
      break;
    }
    expect(code).toBe(130);
    expect(await machine.files()).toEqual([]);
    expect(person.said()).toMatch(/Nothing was written\.$/);
  }
}, 30_000);

it("an account whose vendor forbids it is written as a comment until somebody accepts that", async () => {
  const machine = await setUp({ claude: true });
  const person = createPerson({
    "Which of these": ["Claude"],
    "type /quota": "terminal",
    "Check it now": false,
  });
  await machine.run({}, person.ask);
  expect(person.said()).toMatch(/vendor may forbid that, change it, or block the account/);
  expect((await machine.config()).accounts).toEqual([]);
  expect(await machine.read("quotabot.yml")).toContain("  #- id: claude\n");
  expect((await machine.config()).alerts[0]?.channels).toEqual(["terminal"]);
});

it("a token for later stands empty in .env, and is named at the end", async () => {
  const machine = await setUp();
  const person = createPerson({ "by its key": false });
  expect(await machine.run({}, person.ask)).toBe(0);
  expect(await machine.read(".env")).toMatch(/^SLACK_BOT_TOKEN=\nSLACK_APP_TOKEN=$/m);
  expect(person.said()).toContain("First set SLACK_BOT_TOKEN and SLACK_APP_TOKEN in .env.");
  expect(person.said()).not.toContain("Check it now");
  await expect(machine.config()).rejects.toMatchObject({
    details: { problems: expect.arrayContaining([expect.stringContaining("SLACK_BOT_TOKEN is not set")]) },
  });
});

it("tokens that are there already are used without a question, and none that is there is overwritten", async () => {
  const machine = await setUp({
    environment: { SLACK_BOT_TOKEN: "xoxb-there", SLACK_APP_TOKEN: "not-a-token" },
    dotEnv: "ZAI_API_KEY=first",
  });
  const person = createPerson({
    "Which of these": ["Z.ai"],
    "by its key*": [true, false],
    "Whose account": "zai",
    "Z.ai": "second",
    "though unofficial": true,
    "App-level token": "xapp-new",
    "Check it now": false,
  });
  await machine.run({}, person.ask);
  const { accounts, slack } = await machine.config();
  expect(accounts.map(({ id, credentials }) => [id, credentials?.apiKey])).toEqual([
    ["zai", "first"],
    ["zai-2", "second"],
  ]);
  expect(slack).toMatchObject({ token: "xoxb-there", appToken: "xapp-new" });
  expect(person.said()).not.toContain("xoxb-…; empty");
  expect(person.said()).toContain("Not in .env, so set them where the bot runs: SLACK_BOT_TOKEN.");
});

it("a .env that is a link stays one", async () => {
  const machine = await setUp();
  await writeFile(join(machine.home, "secrets"), "MINE=1\n");
  await symlink(join(machine.home, "secrets"), join(machine.cwd, ".env"));
  await machine.run({}, createPerson({ "by its key": false }).ask);
  expect(await readFile(join(machine.home, "secrets"), "utf8")).toMatch(/^MINE=1\nSLACK_BOT_TOKEN=$/m);
});

it("answers that cannot be right are refused where they are given", async () => {
  const wrong: [string, string][] = [
    ["Bot token (xoxb", "xapp-1-2-3"],
    ["Slack channel", "ai quota"],
    ["Name of", "Lan's Max"],
    ["Time zone", "Berlin"],
    ["US dollars", "-3"],
    ["Slack admins", "lan"],
  ];
  for (const [question, given] of wrong) {
    const machine = await setUp({ claude: true });
    const person = createPerson({
      "Which of these": ["Claude"],
      "Call it": false,
      "Anything else": ["zone", "admins", "budget"],
      "US dollars": "5",
      [question]: given,
    });
    await expect(machine.run({}, person.ask)).rejects.toThrow(`does not take "${given}"`);
    expect(await machine.files()).toEqual([]);
  }
});

it("the link for Slack's form holds the manifest, but for its longest text", () => {
  const { searchParams, href } = new URL(slackAppLink(manifest));
  const whole = parse(manifest);
  delete whole.display_information.long_description;
  expect(parse(searchParams.get("manifest_yaml") ?? "")).toEqual(whole);
  expect(href).not.toMatch(/['"\s]/);
});

it("the invitation to Discord asks for the permissions that the README names, and no other", async () => {
  const readme = await readFile(join(import.meta.dirname, "../../README.md"), "utf8");
  const named = Object.keys(permissionsAsked) as (keyof typeof permissionsAsked)[];
  for (const name of named) {
    expect(BigInt(permissionsAsked[name])).toBe(PermissionFlagsBits[name]);
    expect(readme.replace(/\s+/g, " ")).toContain(
      `*${name.replace(/(?!^)([A-Z])/g, " $1")}${name === "ViewChannel" ? "s" : ""}*`,
    );
  }
  const { searchParams } = new URL(inviteLink("123456789012345678"));
  expect(searchParams.get("permissions")).toBe(
    String(named.reduce((all, name) => all | PermissionFlagsBits[name], 0n)),
  );
  expect(searchParams.get("scope")?.split(" ")).toEqual(["bot", "applications.commands"]);
});

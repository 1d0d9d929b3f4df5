import { expect, it, onTestFinished } from "vitest";
import { startFakeDiscord } from "../fakes/discord/server.ts";
import { startProviderServer } from "../fakes/provider-server.ts";
import { startFakeSlack } from "../fakes/slack/server.ts";
import { createFolder, launch, run } from "./program.ts";

async function setUp(tokens: { slack?: string; discord?: string } = {}) {
  const [provider, slack, discord] = await Promise.all([
    startProviderServer(),
    startFakeSlack(),
    startFakeDiscord(),
  ]);
  const account = (id: string, name: string) =>
    `  - { id: ${id}, provider: ${name}, acceptUnofficial: true, credentials: { accessToken: fake-token-${id} }, baseUrl: "${provider.url}" }`;
  const folder = await createFolder(`
timezone: UTC
accounts:
${account("claude-lan", "claude")}
${account("copilot-octo", "copilot")}
slack: { token: ${tokens.slack ?? slack.botToken}, appToken: ${slack.appToken}, apiUrl: "${slack.apiUrl}" }
discord: { token: ${tokens.discord ?? discord.token}, apiUrl: "${discord.apiUrl}" }
`);
  onTestFinished(async () => {
    await Promise.all([provider.close(), slack.stop(), discord.close(), folder.remove()]);
  });
  return { provider, slack, discord, folder };
}

async function startBot(setup: Awaited<ReturnType<typeof setUp>>) {
  const bot = launch(["start"], { cwd: setup.folder.path });
  onTestFinished(() => void bot.child.kill("SIGKILL"));
  await expect.poll(() => bot.errors(), { timeout: 15_000 }).toContain('"msg":"Started."');
  await expect
    .poll(() => setup.discord.gateway.log.identifies.length + setup.slack.sockets().open, { timeout: 5_000 })
    .toBe(2);
  return bot;
}

it("/quota is answered on Slack and Discord at once while every provider hangs, saying what is being read", async () => {
  const setup = await setUp();
  const { provider, slack, discord } = setup;
  provider.answer(() => ({ hang: true }));
  await startBot(setup);

  const onSlack = await slack.slash("");
  expect(onSlack.after).toBeLessThan(1_500);
  expect(slack.shown[0]).toMatchObject({
    onlyFor: slack.user,
    text: expect.stringContaining("Reading 2 accounts"),
  });
  const asked = performance.now();
  const onDiscord = discord.slash("list");
  await expect.poll(() => onDiscord.message, { interval: 5 }).toBeDefined();
  expect(performance.now() - asked).toBeLessThan(1_500);
  expect(JSON.stringify(onDiscord.message)).toContain("Reading 2 accounts");
}, 30_000);

it("answers carry the numbers of the providers, updated in place, and SIGTERM ends the bot within 5 s", async () => {
  const setup = await setUp();
  const { provider, slack, discord } = setup;
  provider.answer(({ path }) => {
    if (path.includes("oauth/usage")) {
      return {
        body: {
          five_hour: { utilization: 12, resets_at: "2126-11-22T05:00:00Z" },
          seven_day: { utilization: 64, resets_at: "2126-11-25T05:00:00Z" },
        },
      };
    }
    return { status: 401, body: { message: "Bad credentials" } };
  });
  const bot = await startBot(setup);

  await slack.slash("");
  await expect.poll(() => JSON.stringify(slack.shown[0]?.blocks), { timeout: 8_000 }).toContain("36%");
  await expect.poll(() => JSON.stringify(slack.shown), { timeout: 8_000 }).toContain("sign in again");
  expect(slack.shown).toHaveLength(1);
  const show = discord.slash("show", { target: "claude-lan" });
  await expect.poll(() => JSON.stringify([show.message, ...show.edits]), { timeout: 8_000 }).toContain("36%");

  const stopped = performance.now();
  bot.child.kill("SIGTERM");
  const { code, errors } = await bot.ended;
  expect(performance.now() - stopped).toBeLessThan(5_000);
  expect(code).toBe(0);
  expect(errors).not.toContain("fake-token");
}, 30_000);

it("SIGTERM ends the bot within 5 s while every provider hangs, and the question under way is answered", async () => {
  const setup = await setUp();
  setup.provider.answer(() => ({ hang: true }));
  const bot = await startBot(setup);
  const asked = setup.discord.slash("list");
  await setup.slack.slash("");
  await expect.poll(() => asked.message).toBeDefined();
  const stopped = performance.now();
  bot.child.kill("SIGTERM");
  const { code } = await bot.ended;
  expect(performance.now() - stopped).toBeLessThan(5_000);
  expect(code).toBe(0);
  expect(JSON.stringify(asked.message)).not.toContain("Reading 2 accounts");
  expect(JSON.stringify(setup.slack.shown)).not.toContain("Reading 2 accounts");
}, 30_000);

it("tokens that the platforms refuse are all named at once, without their values, and the start ends with 78", async () => {
  const { folder } = await setUp({ slack: "xoxb-wrong", discord: "wrong-discord-token" });
  const { code, errors } = await run(["start"], { cwd: folder.path });
  expect(code).toBe(78);
  expect(errors).toContain("slack.token: Slack does not accept the bot token (invalid_auth).");
  expect(errors.toLowerCase()).toContain("discord");
  expect(errors).not.toMatch(/xoxb-wrong|wrong-discord-token| {4}at /);
}, 30_000);

it("a second bot on the same data folder is refused, and the command line shows what the first one read", async () => {
  const setup = await setUp();
  setup.provider.answer(() => ({ status: 401, body: {} }));
  await startBot(setup);
  const second = await run(["start"], { cwd: setup.folder.path });
  expect(second.code).toBe(1);
  expect(second.errors).toMatch(/process \d+/);
  const list = await run(["quota", "list"], { cwd: setup.folder.path });
  expect(list.code).toBe(0);
  expect(list.errors).toContain("these are the numbers it read last");
}, 30_000);

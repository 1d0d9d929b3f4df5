import { mkdir, rmdir } from "node:fs/promises";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../fakes/free-port.ts";
import { startFakeSlack } from "../fakes/slack/server.ts";
import { createFolder, launch, run } from "./program.ts";

/** A bot with Slack, and accounts of which it is told; `rules` says who is told what. */
async function setUp(accounts: readonly string[], rules: Readonly<Record<string, readonly string[]>>) {
  const [slack, port] = await Promise.all([startFakeSlack(), freePort()]);
  const folder = await createFolder(`
timezone: UTC
accounts:
${accounts.map((id) => `  - { id: ${id}, provider: claude, push: true }`).join("\n")}
alerts:
${Object.entries(rules)
  .map(
    ([id, channels]) => `  - { accounts: "${id}", channels: [${channels.map((name) => `"slack:${name}"`)}] }`,
  )
  .join("\n")}
slack: { token: ${slack.botToken}, appToken: ${slack.appToken}, apiUrl: "${slack.apiUrl}" }
http: { port: ${port}, keys: [{ name: machine, key: fake-ingest-key, scopes: [ingest] }] }
`);
  onTestFinished(async () => {
    await slack.stop();
    await folder.remove();
  });

  return {
    slack,
    folder,
    /** @param ahead minutes that its clock is ahead */
    async startBot(ahead = 0) {
      const shift = `const now = Date.now; Date.now = () => now() + ${ahead * 60_000};`;
      const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}` };
      const bot = launch(["start"], { cwd: folder.path, environment });
      onTestFinished(() => void bot.child.kill("SIGKILL"));
      await expect.poll(() => bot.errors(), { timeout: 15_000 }).toContain('"msg":"Started."');
      return bot;
    },
    /** A machine tells how much of an account is used; the status of the answer. */
    async push(account: string, usedPercent: number): Promise<number> {
      const resetsAt = Math.floor(Date.now() / 3_600_000) * 3_600_000 + 3 * 86_400_000;
      const readings = [{ id: "weekly", label: "weekly", windowSeconds: 604_800, usedPercent, resetsAt }];
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/snapshots`, {
        method: "POST",
        headers: { authorization: "Bearer fake-ingest-key", "content-type": "application/json" },
        body: JSON.stringify({ account, readings }),
      });
      return response.status;
    },
    /** What stands in a channel, without what is below other messages. */
    messagesIn: (channel: string) =>
      slack.shown.filter((one) => one.channel === channel && one.thread === undefined),
    /** How often the bot has tried to post. */
    posts: (channel: string) =>
      slack.calls.filter(({ method, body }) => method === "chat.postMessage" && body.channel === channel)
        .length,
  };
}

const quota = "C02QUOTA";

it("a bot that is killed while Slack answers finds its post again, or posts what has not arrived", async () => {
  const house = await setUp(["claude-lan", "claude-mai"], { "*": ["#ai-quota"] });
  const { slack, push, messagesIn } = house;
  const first = await house.startBot();
  expect([await push("claude-lan", 50), await push("claude-mai", 50)]).toEqual([200, 200]);

  slack.fail("chat.postMessage", { kind: "hang-after" });
  expect(await push("claude-lan", 85)).toBe(200);
  await expect.poll(() => messagesIn(quota).length, { timeout: 10_000 }).toBe(1);
  // Nobody waits for the channel that does not answer.
  expect(await push("claude-mai", 55)).toBe(200);
  await slack.slash("list");
  await expect.poll(() => slack.shown.some(({ via }) => via === "ack")).toBe(true);
  first.child.kill("SIGKILL");
  await first.ended;

  // Two minutes later nobody else can be at the post.
  const second = await house.startBot(2);
  expect(await push("claude-lan", 93)).toBe(200);
  await expect.poll(() => messagesIn(quota)[0]?.text, { timeout: 10_000 }).toContain("93%");
  await expect.poll(() => slack.shown.some(({ thread }) => thread !== undefined)).toBe(true);
  slack.fail("chat.postMessage", { kind: "hang" });
  const tried = house.posts("#ai-quota") + house.posts(quota);
  expect(await push("claude-mai", 84)).toBe(200);
  await expect
    .poll(() => house.posts("#ai-quota") + house.posts(quota), { timeout: 10_000 })
    .toBeGreaterThan(tried);
  second.child.kill("SIGKILL");
  await second.ended;
  expect(messagesIn(quota)).toHaveLength(1);

  await house.startBot(4);
  expect(await push("claude-lan", 100)).toBe(200);
  await expect
    .poll(
      () =>
        messagesIn(quota)
          .map(({ text }) => text)
          .join(),
      { timeout: 10_000 },
    )
    .toContain("84%");
  await expect.poll(() => messagesIn(quota)[0]?.text, { timeout: 10_000 }).toMatch(/exhausted|100%/);
  expect(messagesIn(quota)).toHaveLength(2);
}, 90_000);

it("every channel is told once whatever Slack answers; what refuses is said once; what the disk held up is told", async () => {
  const house = await setUp(["claude-lan", "claude-mai"], {
    "claude-lan": ["#ai-quota", "#general", "#ops"],
    "claude-mai": ["#gone", "#left"],
  });
  const { slack, push, messagesIn } = house;
  slack.rooms.push({ id: "C09LEFT", name: "left", joined: false });
  const bot = await house.startBot();
  await Promise.all([push("claude-lan", 50), push("claude-mai", 50)]);

  slack.fail("chat.postMessage", { kind: "status", status: 429, headers: { "retry-after": "1" } });
  slack.fail("chat.postMessage", { kind: "status", status: 500 });
  slack.fail("chat.postMessage", { kind: "drop-after" });
  expect(await push("claude-lan", 85)).toBe(200);
  const told = ["C01GENERAL", quota, "C123"];
  const texts = () =>
    told.map((channel) =>
      messagesIn(channel)
        .map(({ text }) => text)
        .join(),
    );
  const percent = (used: number) => told.map(() => expect.stringContaining(`${used}%`));
  await expect.poll(texts, { timeout: 20_000 }).toEqual(percent(85));

  for (const used of [85, 95, 100]) expect(await push("claude-mai", used)).toBe(200);
  await expect.poll(() => bot.errors().split("A channel refuses").length - 1, { timeout: 10_000 }).toBe(2);

  // A folder where the file is written keeps it from being written.
  const draft = `${house.folder.path}/data/state.json.tmp`;
  await expect.poll(() => mkdir(draft).catch(() => "it is written just now")).toBeUndefined();
  expect(await push("claude-lan", 93)).toBe(503);
  await rmdir(draft);
  expect(await push("claude-lan", 93)).toBe(200);
  await expect.poll(texts, { timeout: 20_000 }).toEqual(percent(93));
  expect(told.map((channel) => messagesIn(channel).length)).toEqual([1, 1, 1]);
  expect(["#gone", "#left"].map(house.posts)).toEqual([1, 1]);

  const { code, output } = await run(["doctor"], { cwd: house.folder.path });
  expect(code).toBe(1);
  const lines = output.split("\n");
  for (const channel of ["slack:#gone", "slack:#left"])
    expect(lines.filter((line) => line.includes(channel) && line.includes("refuses"))).toHaveLength(1);
  for (const channel of ["slack:#ai-quota", "slack:#general", "slack:#ops"])
    expect(lines.filter((line) => line.includes(channel) && line.includes("refuses"))).toHaveLength(0);
}, 90_000);

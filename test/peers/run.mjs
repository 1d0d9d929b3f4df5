/**
 * Sees the bot work on software that is not ours: local-slack and discord-digital-twin. Not part of `npm test`.
 *
 *   npm run build && cd test/peers && npm install --ignore-scripts && npm start
 *
 * local-slack listens on all interfaces, so it runs in a network of its own where the system allows that: the script
 * starts itself again inside one.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DigitalDiscord } from "discord-digital-twin";

if (process.env.PEERS_ALONE === undefined && spawnSync("unshare", ["-rn", "true"]).status === 0) {
  const self = [process.execPath, ...process.argv.slice(1)].map((word) => `'${word}'`).join(" ");
  const script = `ip link set lo up && exec ${self}`;
  const env = { ...process.env, PEERS_ALONE: "1" };
  process.exit(spawnSync("unshare", ["-rn", "sh", "-c", script], { stdio: "inherit", env }).status ?? 1);
}

const here = new URL(".", import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), "quotabot-peers-"));
const children = [];
const slackPort = 3999;
let failed = 0;

function check(what, holds, seen) {
  console.log(`${holds ? "ok    " : "FAILED"} ${what}`);
  if (!holds) {
    failed += 1;
    console.log(seen);
  }
}

async function until(look, patience = 10_000) {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (seen || Date.now() > end) return seen;
    await pause(50);
  }
}

function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  child.log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (child.log += chunk));
  children.push(child);
  return child;
}

/** Asks local-slack's control interface. */
async function slack(path, body) {
  const response = await fetch(`http://127.0.0.1:${slackPort}/_control/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return response.json();
}

const provider = createServer((_request, response) => {
  const window = {
    type: "TOKENS_LIMIT",
    unit: 3,
    number: 5,
    percentage: 58,
    nextResetTime: Date.now() + 7_200_000,
  };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ code: 200, success: true, data: { level: "pro", limits: [window] } }));
});
await new Promise((resolve) => provider.listen(0, "127.0.0.1", resolve));

const discord = new DigitalDiscord({
  users: [{ username: "lan" }],
  channels: [{ name: "general", type: 0 }],
});
await discord.start();

await writeFile(
  join(folder, "slack.yaml"),
  `workspace: { name: Quota Test, domain: quota-test, teamId: T01TEST }
apps: [{ appId: A01APP, botUserId: U0BOT, botName: quotabot, botToken: xoxb-peer, appToken: xapp-peer, signingSecret: s1, mode: socket }]
users: [{ id: U01ALICE, name: alice, tz: Europe/Berlin }]
channels: [{ id: C01GEN, name: general, members: [U01ALICE, U0BOT] }]
`,
);
await writeFile(
  join(folder, "quotabot.yml"),
  `accounts:
  - { id: glm-main, provider: zai, acceptUnofficial: true, credentials: { apiKey: peer-key }, baseUrl: "http://127.0.0.1:${provider.address().port}" }
slack: { token: xoxb-peer, appToken: xapp-peer, apiUrl: "http://127.0.0.1:${slackPort}/api/" }
discord: { token: "${discord.botToken}", apiUrl: "${discord.restUrl}" }
`,
  { mode: 0o600 },
);

try {
  const binary = join(here, "node_modules/local-slack-linux-x64/bin/local-slack");
  start(binary, [
    "--config",
    join(folder, "slack.yaml"),
    "--port",
    String(slackPort),
    "--base-host",
    "127.0.0.1",
  ]);
  await until(() => slack("state").catch(() => false));
  const bot = start(process.execPath, [join(here, "../../dist/main.js"), "start"], { cwd: folder });
  check("the bot connects to both", await until(() => bot.log.includes('"msg":"Started."')), bot.log);

  await slack("command", { command: "/quota", text: "", channel: "C01GEN", user: "U01ALICE" });
  const shown = await until(async () => {
    const text = JSON.stringify(await slack("messages/C01GEN"));
    return text.includes("42%") && text;
  });
  check(
    "/quota on local-slack shows what is left",
    Boolean(shown),
    JSON.stringify(await slack("messages/C01GEN")),
  );

  const channel = (await discord.prisma.channel.findMany())[0];
  const user = await discord.getFirstNonBotUserId();
  await discord
    .channel(channel.id)
    .user(user)
    .runSlashCommand({ name: "quota", options: [{ name: "list", type: 1 }] });
  const answered = await until(async () => {
    const messages = JSON.stringify(await discord.channel(channel.id).getMessages());
    return messages.includes("42%") && messages;
  });
  check("/quota list on discord-digital-twin shows what is left", Boolean(answered), bot.log);

  const stopped = Date.now();
  bot.kill("SIGTERM");
  await new Promise((resolve) => bot.once("exit", resolve));
  check("the bot stops within 5 s", Date.now() - stopped < 5_000, bot.log);
} finally {
  for (const child of children) child.kill("SIGKILL");
  provider.close();
  await discord.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(failed);

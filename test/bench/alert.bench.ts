import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, bench } from "vitest";
import { freePort } from "../fakes/free-port.ts";
import { startFakeSlack } from "../fakes/slack/server.ts";

// A machine pushes numbers that cross a threshold: from the request until the post has arrived at Slack. Under a second,
// of which 150 ms wait for what comes together with it. The mean and the worst stand in the report, in milliseconds.

const accounts = Array.from({ length: 40 }, (_, index) => `claude-${index}`);
const folder = await mkdtemp(join(tmpdir(), "quotabot-bench-"));
const slack = await startFakeSlack();
const port = await freePort();
await writeFile(
  join(folder, "quotabot.yml"),
  `
timezone: UTC
postsPerHour: 1000
sharedPools: "off"
accounts: [${accounts.map((id) => `{ id: ${id}, provider: claude, push: true }`).join(", ")}]
alerts: [{ channels: ["slack:C123"] }]
slack: { token: ${slack.botToken}, appToken: ${slack.appToken}, apiUrl: "${slack.apiUrl}" }
http: { port: ${port}, keys: [{ name: machine, key: fake-ingest-key, scopes: [ingest] }] }
`,
  { mode: 0o600 },
);
const main = resolve(import.meta.dirname, "../../dist/main.js");
const bot = spawn(process.execPath, [main, "start"], {
  cwd: folder,
  env: { PATH: process.env.PATH ?? "", HOME: folder },
});
afterAll(async () => {
  bot.kill("SIGKILL");
  await once(bot, "close");
  await slack.stop();
  await rm(folder, { recursive: true, force: true });
});
for await (const line of bot.stderr) if (String(line).includes('"msg":"Started."')) break;
bot.stderr.resume();
for (const account of accounts) await push(account, 50);

async function push(account: string, usedPercent: number): Promise<void> {
  const resetsAt = Date.now() + 3 * 86_400_000;
  const readings = [{ id: "weekly", label: "weekly", windowSeconds: 604_800, usedPercent, resetsAt }];
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/snapshots`, {
    method: "POST",
    headers: { authorization: "Bearer fake-ingest-key", "content-type": "application/json" },
    body: JSON.stringify({ account, readings }),
  });
  if (!response.ok) throw new Error(`the push was answered with ${response.status}`);
}

let next = 0;
bench(
  "from a push that crosses a threshold to the post at Slack",
  async () => {
    const account = accounts[next] ?? "";
    next += 1;
    const before = slack.shown.length;
    await push(account, 85);
    while (slack.shown.length === before) await sleep(1);
  },
  { iterations: 30, time: 0, warmupIterations: 3, warmupTime: 0 },
);

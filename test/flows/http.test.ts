import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../fakes/free-port.ts";
import { createFolder, launch, run } from "./program.ts";

const key = "fake-ops-key-0123456789";

async function startBot() {
  const port = await freePort();
  const folder = await createFolder(`
timezone: UTC
privacy: { users: keep }
accounts:
  - { id: claude-lan, provider: claude, label: Lan's Max, push: true }
http: { port: ${port}, keys: [{ name: ops, key: ${key}, scopes: [read, ingest, admin] }] }
`);
  const bot = launch(["start"], { cwd: folder.path, input: "" });
  onTestFinished(async () => {
    bot.child.kill("SIGKILL");
    await bot.ended;
    await folder.remove();
  });
  await expect.poll(bot.errors, { timeout: 15_000 }).toContain('"msg":"Started."');
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { authorization: `Bearer ${key}` } });
  const post = (path: string, body: object) => ask(path, { method: "POST", body: JSON.stringify(body) });
  return { bot, folder, ask, post };
}

it("a bot tells programs how it is, what it knows, and what comes anew", async () => {
  const { ask, post } = await startBot();
  const ready = await ask("/readyz");
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    {
      ok: true,
      checks: { store: { ok: true }, scheduler: { ok: true }, providers: { claude: { ok: true } } },
    },
  ]);
  const stream = (await ask("/api/v1/events")).body?.getReader();
  let heard = "";
  const listening = (async () => {
    for (let part = await stream?.read(); part?.value !== undefined; part = await stream?.read()) {
      heard += new TextDecoder().decode(part.value);
    }
  })();
  const readings = [{ id: "session", windowSeconds: 18_000, usedPercent: 37 }];
  expect((await post("/api/v1/snapshots", { account: "claude-lan", readings })).status).toBe(200);
  await post("/api/v1/usage", { id: "1", account: "claude-lan", model: "opus", tokens: { input: 5 } });
  await expect.poll(() => heard, { timeout: 10_000 }).toMatch(/event: snapshot\ndata: .*"used":37/);
  await expect.poll(() => heard, { timeout: 10_000 }).toMatch(/event: usage\ndata: .*"model":"opus"/);
  await stream?.cancel();
  await listening;

  const metrics = await (await ask("/metrics")).text();
  expect(metrics).toMatch(/^quotabot_quota_left_ratio\{[^}]*account="claude-lan"[^}]*\} 0\.63$/m);
  expect(metrics).toMatch(/^quotabot_usage_tokens_total\{[^}]*model="opus"[^}]*\} 5$/m);
  expect(metrics).toMatch(/^quotabot_healthy\{check="store"\} 1$/m);
  const { paths } = (await (await ask("/openapi.json")).json()) as { paths: object };
  expect(Object.keys(paths)).toContain("/api/v1/events");
  expect(await (await ask("/docs")).text()).toContain("/api/v1/events");
  const { providers } = (await (await ask("/api/quota")).json()) as { providers: object[] };
  expect(providers).toMatchObject([{ id: "claude-lan", quota: { percentage: 37 } }]);
}, 60_000);

it("a person is forgotten while the bot runs, in every file, and amounts stay", async () => {
  const { bot, folder, ask, post } = await startBot();
  const cli = (...args: string[]) => run(args, { cwd: folder.path });
  const readings = [{ id: "session", usedPercent: 37 }];
  await post("/api/v1/snapshots", { account: "claude-lan", user: "nguyen.lan", readings });
  for (const [id, user] of [
    ["1", "nguyen.lan"],
    ["2", "minh"],
  ]) {
    await post("/api/v1/usage", { id, account: "claude-lan", model: "opus", user, tokens: { input: 5 } });
  }
  expect(await cli("forget", "nguyen.lan")).toMatchObject({
    code: 2,
    errors: expect.stringContaining("--yes"),
  });
  const forgotten = await cli("forget", "nguyen.lan", "--yes", "--json");
  expect(JSON.parse(forgotten.output)).toEqual({ records: 1, accounts: ["claude-lan"] });
  const usage = (await (await ask("/api/v1/usage?by=user")).json()) as { rows: object[] };
  expect(usage).toMatchObject({ total: { requests: 2 } });
  expect(usage.rows).toMatchObject([{ user: null }, { user: "minh" }]);
  bot.child.kill("SIGTERM");
  await bot.ended;
  const names = await readdir(join(folder.path, "data"), { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) expect(await readFile(file, "utf8"), file).not.toContain("nguyen.lan");
}, 60_000);

import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../fakes/free-port.ts";
import { createFolder, launch } from "./program.ts";

/** A port that somebody listens on, and lets go of when told to. */
async function takePort() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return { port, free: () => new Promise<unknown>((resolve) => server.close(resolve)) };
}

function configuration(port: number, accounts: readonly string[], more = ""): string {
  const pushed = accounts.map((id) => `  - { id: ${id}, provider: claude, push: true }`);
  const keys = "[{ name: reader, key: fake-read-key, scopes: [read] }]";
  return `timezone: UTC\naccounts:\n${pushed.join("\n")}\nhttp: { port: ${port}, keys: ${keys} }\n${more}`;
}

async function setUp() {
  const port = await freePort();
  const folder = await createFolder(configuration(port, ["claude-lan"]));
  const bot = launch(["start"], { cwd: folder.path, input: "" });
  onTestFinished(async () => {
    bot.child.kill("SIGKILL");
    await bot.ended;
    await folder.remove();
  });
  await expect.poll(bot.errors, { timeout: 15_000 }).toContain('"msg":"Started."');
  const file = join(folder.path, "quotabot.yml");

  async function accounts(at = port): Promise<string[] | undefined> {
    const headers = { authorization: "Bearer fake-read-key" };
    const answer = await fetch(`http://127.0.0.1:${at}/api/v1/quota`, { headers }).catch(() => undefined);
    const body = (await answer?.json()) as { accounts: { account: string }[] } | undefined;
    return body?.accounts.map(({ account }) => account);
  }
  return {
    ...{ bot, port, file, accounts },
    /** Writes another configuration and tells the bot. */
    async reload(text: string) {
      await writeFile(file, text, { mode: 0o600 });
      bot.child.kill("SIGHUP");
    },
    logged: (words: string) => expect.poll(bot.errors, { timeout: 15_000 }).toContain(words),
  };
}

it("SIGHUP puts another configuration in force, in the same process", async () => {
  const { bot, port, accounts, reload, logged } = await setUp();
  await reload(configuration(port, ["claude-lan", "claude-mai"]));
  await logged("is in force");
  expect(await accounts()).toEqual(["claude-lan", "claude-mai"]);
  const other = await freePort();
  await reload(configuration(other, ["claude-mai"]));
  await expect.poll(() => accounts(other), { timeout: 15_000 }).toEqual(["claude-mai"]);
  expect(await accounts(port)).toBeUndefined();
  bot.child.kill("SIGTERM");
  expect((await bot.ended).code).toBe(0);
}, 60_000);

it("a configuration with a fault is refused whole, and the bot goes on with the old one", async () => {
  const { bot, port, file, accounts, reload, logged } = await setUp();
  await reload(configuration(port, ["claude-mai"], "budget: 5\n"));
  await logged("did you mean `budgets`");
  await logged("goes on with the configuration it has");
  expect(await accounts()).toEqual(["claude-lan"]);
  await reload("timezone: UTC\naccounts: []\n");
  await logged("has neither slack nor discord nor http");
  expect(await accounts()).toEqual(["claude-lan"]);
  await rm(file);
  bot.child.kill("SIGHUP");
  await logged("The configuration is gone");
  expect(await accounts()).toEqual(["claude-lan"]);
}, 60_000);

it("a configuration that cannot be started with is given up for the old one", async () => {
  const { port, accounts, reload, logged } = await setUp();
  const taken = await takePort();
  onTestFinished(async () => void (await taken.free()));
  await reload(configuration(taken.port, ["claude-mai"]));
  await logged("goes on with the one before");
  await expect.poll(() => accounts(port), { timeout: 15_000 }).toEqual(["claude-lan"]);
}, 60_000);

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startProviderServer } from "../fakes/provider-server.ts";
import { startFakeSlack } from "../fakes/slack/server.ts";
import { createFolder, launch, run } from "./program.ts";

const main = resolve(import.meta.dirname, "../../dist/main.js");

/** `script` of util-linux gives a program a terminal of its own; the one of BSD takes other arguments. */
const scriptCommand = "script";
const hasScript = (() => {
  try {
    return execFileSync(scriptCommand, ["--version"], { encoding: "utf8", stdio: "pipe" }).includes(
      "util-linux",
    );
  } catch {
    return false;
  }
})();
const skipped = hasScript ? "" : " (skipped: needs `script` of util-linux)";

/** The program on a pseudo-terminal, with a person at it who reads before typing. */
function openTerminal(
  args: readonly string[],
  options: { cwd: string; environment: Record<string, string> },
) {
  const line = [process.execPath, main, ...args].map((part) => `'${part}'`).join(" ");
  const child: ChildProcess = spawn(scriptCommand, ["-qec", `stty cols 100 rows 40; ${line}`, "/dev/null"], {
    cwd: options.cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: options.cwd,
      TERM: "xterm",
      SHELL: "/bin/sh",
      ...options.environment,
    },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let screen = "";
  let read = 0;
  child.stdout?.on("data", (chunk) => {
    screen += chunk;
  });
  const ended = new Promise<number | null>((done) => child.on("close", done));
  return {
    ended,
    screen: () => screen,
    /** Waits for the words, further down than all before, and types. */
    async type(words: string, keys: string): Promise<void> {
      await expect.poll(() => screen.indexOf(words, read), { timeout: 15_000 }).toBeGreaterThanOrEqual(0);
      read = screen.indexOf(words, read) + words.length;
      child.stdin?.write(keys);
    },
  };
}

const enter = "\r";
const ctrlC = "\u0003";

it.skipIf(!hasScript)(
  `init on a terminal and then start, from an empty folder, end in a bot that answers /quota on Slack${skipped}`,
  async () => {
    const [provider, slack, folder] = await Promise.all([
      startProviderServer(),
      startFakeSlack(),
      createFolder(),
    ]);
    onTestFinished(async () => {
      await Promise.all([provider.close(), slack.stop(), folder.remove()]);
    });
    provider.answer(() => ({ body: { info: { spend: 40, max_budget: 160, budget_duration: null } } }));
    const environment = { LITELLM_API_KEY: "sk-litellm-secret" };

    const terminal = openTerminal(["init", "--slack-api-url", slack.apiUrl], {
      cwd: folder.path,
      environment,
    });
    await terminal.type("Which of these", enter);
    await terminal.type("address of your server", `${provider.url}${enter}`);
    await terminal.type("Add another account", enter);
    await terminal.type("Call it litellm", enter);
    await terminal.type("Where do people type", enter);
    await terminal.type("Bot token", `${slack.botToken}${enter}`);
    await terminal.type("App-level token", `${slack.appToken}${enter}`);
    await terminal.type("Slack channel", enter);
    await terminal.type("Anything else", enter);
    await terminal.type("quotabot.yml and .env", enter);
    await terminal.type("Check it now", "n");
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain("Start it: quotabot start");
    expect(terminal.screen()).not.toMatch(/xoxb-fake|xapp-fake|litellm-secret/);
    expect((await stat(join(folder.path, "quotabot.yml"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder.path, ".env"), "utf8")).toContain(slack.botToken);

    const bot = launch(["start"], { cwd: folder.path, environment });
    onTestFinished(() => void bot.child.kill("SIGKILL"));
    await expect.poll(() => slack.sockets().open, { timeout: 15_000 }).toBe(1);
    await slack.slash("");
    await expect.poll(() => JSON.stringify(slack.shown[0]), { timeout: 10_000 }).toContain("75%");
    expect(JSON.stringify(slack.shown[0])).toContain("litellm");
    bot.child.kill("SIGTERM");
    expect((await bot.ended).code).toBe(0);
  },
  60_000,
);

it.skipIf(!hasScript)(
  `Ctrl-C at a question ends init with 130, and the folder is as empty as before${skipped}`,
  async () => {
    const folder = await createFolder();
    onTestFinished(folder.remove);
    const terminal = openTerminal(["init"], { cwd: folder.path, environment: { ZAI_API_KEY: "k" } });
    await terminal.type("Which of these", enter);
    await terminal.type("by its key", ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen()).toContain("Nothing was written.");
    await expect(stat(join(folder.path, "quotabot.yml"))).rejects.toThrow("ENOENT");
  },
  30_000,
);

it("init without a terminal is wrong use, and with --yes writes what start takes", async () => {
  const folder = await createFolder();
  onTestFinished(folder.remove);
  const refused = await run(["init"], { cwd: folder.path });
  expect([refused.code, refused.errors]).toEqual([2, expect.stringContaining("--yes")]);
  const written = await run(["init", "--yes"], { cwd: folder.path });
  expect([written.code, written.errors]).toEqual([0, ""]);
  expect((await run(["quota", "list"], { cwd: folder.path })).code).toBe(0);
}, 30_000);

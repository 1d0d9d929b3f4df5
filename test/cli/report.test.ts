import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import type { CliOptions } from "../../src/cli/session.ts";
import { createStatusLines } from "../../src/ingest/statusline.ts";
import { providers } from "../../src/providers/index.ts";
import { createManualClock } from "../fakes/core.ts";

const document = {
  cwd: "/home/lan/secret-project",
  prompt_id: "secret-prompt",
  rate_limits: {
    five_hour: { used_percentage: 23.5, resets_at: 1_795_323_600 },
    seven_day: { used_percentage: 41.2, resets_at: 1_795_640_400 },
  },
};

interface Received {
  path: string;
  authorization: string | undefined;
  body: { account: string; user?: string; at: string; readings: { id: string; used: number }[] };
}

/** A bot that keeps what is reported to it; `hang` never answers. */
async function startBot(answer: { status?: number; body?: unknown; hang?: boolean } = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += String(chunk);
    });
    request.on("end", () => {
      const { authorization } = request.headers;
      received.push({ path: request.url ?? "", authorization, body: JSON.parse(text) });
      if (answer.hang) return;
      response.writeHead(answer.status ?? 200, { location: "/elsewhere" });
      response.end(JSON.stringify(answer.body ?? { accepted: true }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, answer, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A machine on which `report statusline` can be run again and again. */
async function setUp(environment: { url?: string; key?: string | undefined } = {}) {
  const temporary = await mkdtemp(join(tmpdir(), "quotabot-report-"));
  onTestFinished(() => rm(temporary, { recursive: true, force: true }));
  const clock = createManualClock();
  const run = async (args: readonly string[] = [], input: unknown = document) => {
    const output: string[] = [];
    const errors: string[] = [];
    const begun = performance.now();
    const code = await runCli(
      {
        output: { write: (text: string) => output.push(text) > 0 },
        errors: { write: (text: string) => errors.push(text) > 0 },
        input:
          input instanceof Readable
            ? input
            : Readable.from([typeof input === "string" ? input : JSON.stringify(input)]),
        version: "0",
        reporting: {
          ...{ key: "fake-ingest-key", ...environment, temporary, clock, patience: 500 },
          readStatusLine: createStatusLines(providers).read,
        },
      } as unknown as CliOptions,
      ["report", "statusline", "--account", "claude-lan", ...args],
    );
    return { code, output: output.join(""), errors: errors.join(""), took: performance.now() - begun };
  };
  return { run, clock, temporary };
}

const silent = { code: 0, output: "", errors: "" };

describe("report statusline", () => {
  it("tells the bot the windows, with account, user and time, and nothing else of the document", async () => {
    const bot = await startBot();
    const { run } = await setUp({ url: bot.url });
    expect(await run(["--user", "lan"])).toMatchObject(silent);
    expect(bot.received).toMatchObject([
      {
        path: "/api/v1/snapshots",
        authorization: "Bearer fake-ingest-key",
        body: {
          ...{ account: "claude-lan", user: "lan", at: "2026-11-22T03:00:00.000Z" },
          readings: [
            { id: "session", used: 23.5, resetsAt: 1_795_323_600_000 },
            { id: "weekly", used: 41.2, resetsAt: 1_795_640_400_000 },
          ],
        },
      },
    ]);
    expect(JSON.stringify(bot.received)).not.toContain("secret");
  });

  it("prints what is left when asked to, whether the bot answers or not", async () => {
    const { run } = await setUp({ url: "http://127.0.0.1:9" });
    expect(await run(["--print"])).toMatchObject({ ...silent, output: "5h 76% left · week 58% left\n" });
    expect(await run(["--print"], { model: {} })).toMatchObject(silent);
  });

  it("takes address and key from the options before the environment, and an address with a path", async () => {
    const bot = await startBot();
    const { run } = await setUp({ url: "http://127.0.0.1:9" });
    await run(["--url", `${bot.url}/quota/`, "--key", "fake-other-key"]);
    expect(bot.received).toMatchObject([
      { path: "/quota/api/v1/snapshots", authorization: "Bearer fake-other-key" },
    ]);
  });
});

describe("reports of the same numbers", () => {
  it("are sent once a minute, others at once", async () => {
    const bot = await startBot();
    const { run, clock } = await setUp({ url: bot.url });
    await run();
    clock.advance(59_000);
    await run();
    expect(bot.received).toHaveLength(1);
    const more = { rate_limits: { ...document.rate_limits, five_hour: { used_percentage: 24 } } };
    await run([], more);
    expect(bot.received).toHaveLength(2);
    clock.advance(60_000);
    await run([], more);
    expect(bot.received).toHaveLength(3);
  });

  it("wait for each account and bot apart", async () => {
    const [one, other] = [await startBot(), await startBot()];
    const { run } = await setUp({ url: one.url });
    await run();
    await run(["--account", "claude-minh"]);
    await run(["--url", other.url]);
    expect([one.received.length, other.received.length]).toEqual([2, 1]);
  });

  it("are remembered in a file that only its owner can read and that holds no key", async () => {
    const bot = await startBot();
    const { run, temporary } = await setUp({ url: bot.url });
    await run();
    const [file = "", ...others] = await readdir(temporary);
    expect(others).toEqual([]);
    expect((await stat(join(temporary, file))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(temporary, file), "utf8")).not.toMatch(/fake-|claude-lan|127/);
  });

  it("write through no link that somebody put there, and survive a file of nonsense", async () => {
    const bot = await startBot();
    const { run, temporary } = await setUp({ url: bot.url });
    await run();
    const [file = ""] = await readdir(temporary);
    const precious = join(temporary, "precious");
    await writeFile(precious, "nonsense");
    await rm(join(temporary, file));
    await symlink(precious, join(temporary, file));
    await run();
    expect(bot.received).toHaveLength(2);
    expect(await readFile(precious, "utf8")).toBe("nonsense");
  });

  it("are sent although nothing can be remembered", async () => {
    const bot = await startBot();
    const { run, temporary } = await setUp({ url: bot.url });
    await rm(temporary, { recursive: true });
    expect([await run(), await run()]).toMatchObject([silent, silent]);
    expect(bot.received).toHaveLength(2);
  });
});

describe("a report that fails", () => {
  it.each<[string, object | undefined, RegExp]>([
    ["nobody answers", undefined, /No bot answers at http:\/\/127\.0\.0\.1:9\./],
    ["the bot hangs", { hang: true }, /No bot answers/],
    [
      "the key is refused",
      { status: 401, body: { error: { message: "Bad key." } } },
      /HTTP 401\): Bad key\./,
    ],
    ["it answers nonsense", { status: 500, body: "<html>" }, /HTTP 500\)\n$/],
    ["it leads elsewhere", { status: 307 }, /No bot answers/],
  ])("is silent and ends soon when %s, and says so when asked", async (_, answer, said) => {
    const url = answer === undefined ? "http://127.0.0.1:9" : (await startBot(answer)).url;
    const { run, clock } = await setUp({ url });
    const quiet = await run();
    expect(quiet).toMatchObject(silent);
    expect(quiet.took).toBeLessThan(1_500);
    clock.advance(60_000);
    const loud = await run(["--verbose"]);
    expect(loud).toMatchObject({ code: 0, output: "" });
    expect(loud.errors).toMatch(said);
    expect(await run(["--strict"])).toMatchObject({
      code: 1,
      output: "",
      errors: expect.stringMatching(said),
    });
  });

  it("is not tried again for a minute, so that nobody's prompt waits each time", async () => {
    const bot = await startBot({ status: 503 });
    const { run, clock } = await setUp({ url: bot.url });
    await run();
    await run([], { rate_limits: { five_hour: { used_percentage: 99 } } });
    expect(bot.received).toHaveLength(1);
    clock.advance(60_000);
    await run();
    expect(bot.received).toHaveLength(2);
  });

  it.each(["", "no JSON", "[1,", "x".repeat(2 * 1024 * 1024)])(
    "is one of an input that is %.10j",
    async (input) => {
      const { run } = await setUp();
      expect(await run([], input)).toMatchObject(silent);
      expect(await run(["--verbose"], input)).toMatchObject({
        code: 0,
        errors: expect.stringContaining("JSON"),
      });
      expect(await run(["--strict"], input)).toMatchObject({ code: 2 });
    },
  );

  it("is one of an input that never ends", async () => {
    const { run } = await setUp();
    const endless = new PassThrough();
    endless.write("{");
    const { took, ...rest } = await run([], endless);
    expect(rest).toEqual(silent);
    expect(took).toBeLessThan(1_500);
  });

  it.each([
    [{ key: undefined }, [], /QUOTABOT_KEY/],
    [{}, ["--url", "127.0.0.1:8787"], /http:\/\//],
  ])("is one for lack of a key or a good address: %j %j", async (environment, args, said) => {
    const { run } = await setUp(environment);
    expect(await run(args)).toMatchObject(silent);
    expect((await run([...args, "--strict"])).errors).toMatch(said);
  });

  it("is no failure when there is nothing to report, or when the bot knows better", async () => {
    const bot = await startBot({ body: { accepted: false, reason: "Newer numbers are known already." } });
    const { run } = await setUp({ url: bot.url });
    expect(await run(["--strict", "--verbose"])).toMatchObject({
      ...{ code: 0, errors: "Not taken: Newer numbers are known already.\n" },
    });
    expect(await run(["--strict", "--verbose"], {})).toMatchObject({
      ...{ code: 0, errors: expect.stringContaining("no limits") },
    });
  });
});

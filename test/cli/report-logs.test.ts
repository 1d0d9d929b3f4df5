import { readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseUsageRecords } from "../../src/ingest/usage-records.ts";
import { answerLine, setUpMachine, startBot } from "./log-machine.ts";

const log = ".claude/projects/p/s.jsonl";
const day = "2026-11-21T10:00:00.000Z";

async function setUp() {
  const bot = await startBot();
  return { bot, machine: await setUpMachine(bot.url) };
}

const counted = { input: 1, output: 10, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

describe("report logs", () => {
  it("sends each call of Claude Code and Codex once, with account and user when told", async () => {
    const { bot, machine } = await setUp();
    await machine.putFixtures();
    expect(await machine.run(["--account", "claude-lan", "--user", "lan"])).toEqual({
      ...{ code: 0, output: "Sent 18 records (18 new, 0 known before) of 7 files.\n" },
      errors: "Skipped 1 line that cannot be understood.\n",
    });
    expect(bot.requests).toMatchObject([{ path: "/api/v1/usage", authorization: "Bearer fake-ingest-key" }]);
    expect(bot.records.get("claude:msg_01Streamed")).toEqual({
      ...{ id: "claude:msg_01Streamed", at: "2026-11-20T09:00:05.100Z" },
      ...{ account: "claude-lan", user: "lan", model: "claude-opus-4-6" },
      ...{ service: "claude-code", source: "logs" },
      tokens: { input: 12, output: 159, cacheRead: 30_000, cacheWrite: 1_500, reasoning: 0 },
    });
    expect(bot.records.get("codex:resp_0a1")).toMatchObject({ service: "codex_cli_rs" });
  });

  it("lets nothing leave the machine but ids, times, models, operations and counts", async () => {
    const { bot, machine } = await setUp();
    await machine.putFixtures();
    await machine.run();
    const sent = bot.requests.map(({ text }) => text).join("");
    expect(sent).not.toMatch(/secret|\/home|C:\\|req_011|7f3c2a10|summary|toolu/i);
    for (const record of bot.records.values()) {
      const { id, at, model, ...rest } = record;
      expect(id).toMatch(/^(claude|codex):[\w.:-]+$/);
      expect(new Date(at).toISOString()).toBe(at);
      expect(model).toMatch(/^(claude|gpt|glm)-[\w.-]+$/);
      expect(JSON.stringify(rest)).toMatch(
        /^\{"service":"(claude-code|codex_cli_rs)",("operation":"subagent",)?"source":"logs","tokens":\{("\w+":\d+,?){5}\}\}$/,
      );
    }
  });

  it("sends what the bot understands, whole", async () => {
    const { bot, machine } = await setUp();
    await machine.putFixtures();
    await machine.run(["--user", "lan"]);
    const texts = bot.requests.map(({ text }) => parseUsageRecords(text, "application/json"));
    const read = (await Promise.all(texts)).flat();
    expect(read).toHaveLength(bot.records.size);
    for (const [index, record] of [...bot.records.values()].entries()) {
      const { id, model, tokens } = record;
      expect(read[index]).toMatchObject({ id, at: Date.parse(record.at), model, user: "lan", tokens });
    }
  });

  it("sends nothing twice, and then only what was added", async () => {
    const { bot, machine } = await setUp();
    await machine.write(log, answerLine("1", day));
    await machine.run();
    expect((await machine.run()).output).toBe("Nothing new in 1 file.\n");
    await machine.append(log, answerLine("2", day));
    expect((await machine.run()).output).toBe("Sent 1 record (1 new, 0 known before) of 1 file.\n");
    expect(bot.requests.map(({ size }) => size)).toEqual([1, 1]);
  });

  it("counts nothing twice when its memory is lost", async () => {
    const { machine } = await setUp();
    await machine.putFixtures();
    await machine.run();
    await rm(machine.memory, { recursive: true });
    expect((await machine.run()).output).toBe("Sent 18 records (0 new, 18 known before) of 7 files.\n");
  });

  it("waits for the rest of a line that is being written", async () => {
    const { bot, machine } = await setUp();
    const line = answerLine("1", day);
    await machine.write(log, line.slice(0, 40));
    expect((await machine.run()).output).toBe("Nothing new in 1 file.\n");
    await machine.append(log, line.slice(40));
    await machine.run();
    expect([...bot.records.keys()]).toEqual(["claude:msg_1"]);
  });

  it("waits for the rest of an answer, until it has been quiet for five minutes", async () => {
    const { bot, machine } = await setUp();
    const open = answerLine("1", "2026-11-22T02:59:00.000Z").replace('"end_turn"', "null");
    await machine.write(log, open);
    await machine.run();
    expect(bot.records.size).toBe(0);
    machine.clock.advance(4 * 60_000);
    await machine.run();
    expect([...bot.records.keys()]).toEqual(["claude:msg_1"]);
    expect((await machine.run()).output).toContain("Nothing new");
  });

  it.each([
    ["shorter", answerLine("new", day)],
    ["longer", answerLine("new", day) + answerLine("newer", day) + answerLine("newest", day)],
  ])("starts over with a log that was replaced by a %s one", async (_, text) => {
    const { bot, machine } = await setUp();
    await machine.write(log, answerLine("1", day) + answerLine("2", day));
    await machine.run();
    await machine.write(log, text);
    await machine.run();
    expect([...bot.records.keys()]).toContain("claude:msg_new");
  });

  it("finds a session again that was put into the archive", async () => {
    const { machine } = await setUp();
    await machine.putFixtures();
    await machine.run();
    const day = machine.at(".codex/sessions/2026/11/18");
    const [name = ""] = await readdir(day);
    await rename(join(day, name), machine.at(`.codex/archived_sessions/${name}`));
    expect((await machine.run()).output).toBe("Sent 4 records (0 new, 4 known before) of 7 files.\n");
    expect((await machine.run()).output).toBe("Nothing new in 7 files.\n");
  });

  it("sends many records in parts of a thousand, in one pass through a log larger than what is read at once", async () => {
    const { bot, machine } = await setUp();
    const lines = Array.from({ length: 2_500 }, (_, index) => answerLine(String(index), day));
    await machine.write(log, lines.join(""));
    expect((await machine.run()).output).toBe("Sent 2,500 records (2,500 new, 0 known before) of 1 file.\n");
    expect(Math.max(...bot.requests.map(({ size }) => size))).toBe(1_000);
    expect([...bot.records.values()].every(({ tokens }) => tokens.output === 10)).toBe(true);
  });

  it("follows no link inside the folders, and leaves other files alone", async () => {
    const { bot, machine } = await setUp();
    await machine.write("elsewhere/s.jsonl", answerLine("1", day));
    await machine.write(".claude/projects/p/notes.json", answerLine("2", day));
    await symlink(machine.at("elsewhere"), machine.at(".claude/projects/linked"));
    await symlink(machine.at("elsewhere/s.jsonl"), machine.at(".claude/projects/p/linked.jsonl"));
    expect((await machine.run()).output).toBe("There are no session logs of this time.\n");
    expect(bot.requests).toEqual([]);
  });
});

describe("what was sent", () => {
  it("is remembered for each bot apart, in a file that only its owner can read and that holds no key", async () => {
    const { machine } = await setUp();
    const other = await startBot();
    await machine.putFixtures();
    await machine.run();
    await machine.run(["--url", other.url]);
    expect(other.records.size).toBe(18);
    const files = await readdir(machine.memory);
    expect(files).toHaveLength(2);
    for (const file of files) {
      const path = join(machine.memory, file);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readFile(path, "utf8")).not.toMatch(/fake-ingest|Secret|prompt/);
    }
  });

  it("is remembered only as far as the bot has it", async () => {
    const { bot, machine } = await setUp();
    const lines = Array.from({ length: 2_500 }, (_, index) => answerLine(String(index), day));
    await machine.write(log, lines.join(""));
    bot.refusals.push({ status: 200, body: "<html>" });
    expect(await machine.run()).toMatchObject({ code: 1, output: "" });
    expect(bot.records.size).toBe(0);
    expect(await machine.run()).toMatchObject({ code: 0, errors: "" });
    expect(bot.records.size).toBe(2_500);
  });

  it("is forgotten when the memory is nonsense or cannot be written, which is said", async () => {
    const { machine } = await setUp();
    await machine.write(log, answerLine("1", day));
    await machine.run();
    const [file = ""] = await readdir(machine.memory);
    await writeFile(join(machine.memory, file), "nonsense");
    expect((await machine.run()).output).toContain("1 known before");
    await rm(machine.memory, { recursive: true });
    await writeFile(machine.memory, "in the way");
    const { code, errors } = await machine.run();
    expect(code).toBe(0);
    expect(errors).toContain("the next run sends the same again, which counts once.");
  });

  it("is forgotten of logs that are no more", async () => {
    const { machine } = await setUp();
    await machine.write(log, answerLine("1", day));
    await machine.write(".claude/projects/p/other.jsonl", answerLine("2", day));
    await machine.run();
    await rm(machine.at(log));
    await machine.run();
    const [file = ""] = await readdir(machine.memory);
    const { logs } = JSON.parse(await readFile(join(machine.memory, file), "utf8"));
    expect(Object.keys(logs)).toEqual([machine.at(".claude/projects/p/other.jsonl")]);
  });
});

describe("choosing", () => {
  it("takes 30 days back unless told otherwise, and goes back later when asked to", async () => {
    const { bot, machine } = await setUp();
    await machine.write(log, answerLine("old", "2026-10-01T00:00:00Z") + answerLine("new", day));
    await machine.run();
    expect([...bot.records.keys()]).toEqual(["claude:msg_new"]);
    await machine.run(["--since", "all"]);
    expect([...bot.records.keys()]).toEqual(["claude:msg_new", "claude:msg_old"]);
    expect((await machine.run()).output).toContain("Nothing new");
    expect((await machine.run(["--since", "12h"])).output).toContain("Nothing new");
  });

  it("reads the logs of one program alone when told its name or the beginning of it", async () => {
    const { bot, machine } = await setUp();
    await machine.putFixtures();
    expect((await machine.run(["--source", "codex"])).output).toContain("of 4 files.");
    expect([...bot.records.keys()].every((id) => id.startsWith("codex:"))).toBe(true);
    expect((await machine.run(["--source", "claude-code"])).output).toContain("of 3 files.");
    expect((await machine.run()).output).toBe("Nothing new in 7 files.\n");
  });

  it("refuses what cannot be, with 2", async () => {
    const { machine } = await setUp();
    expect(await machine.run(["--source", "cursor"])).toMatchObject({
      ...{ code: 2, errors: expect.stringContaining("claude-code, codex-cli, all") },
    });
    expect(await machine.run(["--since", "soon"])).toMatchObject({ code: 2 });
    expect(await machine.run(["--url", "example.org"])).toMatchObject({ code: 2 });
    expect(await machine.run([], { key: undefined })).toMatchObject({
      ...{ code: 2, errors: expect.stringContaining("QUOTABOT_KEY") },
    });
  });

  it("shows with --dry-run what would be sent, without a key, and sends and remembers nothing", async () => {
    const { bot, machine } = await setUp();
    await machine.write(
      log,
      answerLine("1", day) + answerLine("2", day) + answerLine("3", "2026-11-20T00:00:00Z"),
    );
    expect((await machine.run(["--dry-run"], { key: undefined })).output).toBe(
      [
        "2026-11-20  Claude Code  claude-opus-4-6   1 record  11 tokens",
        "2026-11-21  Claude Code  claude-opus-4-6  2 records  22 tokens",
        "Would send 3 records of 1 file. Days are in UTC.\n",
      ].join("\n"),
    );
    expect(JSON.parse((await machine.run(["--dry-run", "--json"])).output)).toMatchObject({
      ...{ dryRun: true, records: 3, files: 1, complete: true },
      rows: [{ day: "2026-11-20", records: 1, tokens: 11 }, { records: 2 }],
    });
    expect(bot.requests).toEqual([]);
    expect((await machine.run()).output).toContain("Sent 3 records");
  });

  it("prints JSON when asked to, and its way on a terminal alone", async () => {
    const { machine } = await setUp();
    await machine.write(log, answerLine("1", day));
    const { output, errors } = await machine.run(["--json"], { terminal: true });
    expect(errors).toBe("");
    expect(JSON.parse(output)).toEqual({
      ...{ records: 1, accepted: 1, duplicates: 0, rejected: 0 },
      ...{ files: 1, skippedLines: 0, unreadable: 0, packed: 0, complete: true },
    });
    expect((await machine.run([], { terminal: true })).errors).toBe(
      "\r\u001b[KReading file 1 of 1 …\r\u001b[K",
    );
    expect((await machine.run(["--verbose"])).errors).toContain(machine.at(".claude/projects"));
  });
});

describe("a run that goes wrong", () => {
  it("is patient with a bot that asks for it", async () => {
    const { bot, machine } = await setUp();
    await machine.write(log, answerLine("1", day));
    const busy = { headers: { "retry-after": "0.01" } };
    bot.refusals.push({ status: 503, ...busy }, { status: 429, ...busy });
    expect(await machine.run()).toMatchObject({ code: 0, errors: "" });
    expect(bot.requests).toHaveLength(3);
  });

  it.each([
    [
      { status: 401, body: { error: { message: "Unknown key." } } },
      /HTTP 401\): Unknown key\. Set QUOTABOT_KEY/,
    ],
    [{ status: 403 }, /HTTP 403\).*scope ingest/],
    [{ status: 404 }, /takes no usage records/],
    [{ status: 500, body: { error: { message: "Disk full." } } }, /HTTP 500\): Disk full\./],
    [{ status: 307, headers: { location: "/elsewhere" } }, /No bot answers/],
  ])("ends with 1 and a reason after %j, and loses nothing", async (refusal, said) => {
    const { bot, machine } = await setUp();
    await machine.write(log, answerLine("1", day));
    bot.refusals.push(refusal);
    expect(await machine.run()).toMatchObject({ code: 1, output: "", errors: expect.stringMatching(said) });
    expect((await machine.run()).output).toContain("1 new");
  });

  it("ends with 1 when nobody answers, and loses nothing", async () => {
    const { machine } = await setUp();
    await machine.write(log, answerLine("1", day));
    expect(await machine.run(["--url", "http://127.0.0.1:9"])).toMatchObject({
      ...{ code: 1, errors: expect.stringContaining("No bot answers at http://127.0.0.1:9.") },
    });
    expect((await machine.run()).output).toContain("1 new");
  });

  it("ends with 1 when the bot does not take some, says why, and does not send them again", async () => {
    const { bot, machine } = await setUp();
    await machine.write(log, answerLine("1", day) + answerLine("2", day));
    bot.rejected.add("claude:msg_1");
    expect(await machine.run()).toEqual({
      code: 1,
      output: "Sent 2 records (1 new, 0 known before, 1 not taken) of 1 file.\n",
      errors: "The bot does not take 1 record.\n  at: is not a time.\n",
    });
    expect(await machine.run()).toMatchObject({ code: 0, output: "Nothing new in 1 file.\n" });
  });

  it("goes on where its time was up", async () => {
    const { bot, machine } = await setUp();
    await machine.putFixtures();
    expect(await machine.run([], { patience: 0 })).toMatchObject({
      ...{ code: 0, errors: expect.stringContaining("Run it again for the rest.") },
    });
    await expect.poll(async () => (await machine.run()).output).toBe("Nothing new in 7 files.\n");
    expect(bot.records.size).toBe(18);
  });
});

describe("packed logs", () => {
  const path = ".codex/sessions/2026/11/18/rollout-1.jsonl.zst";
  const unpack = () => createGunzip();

  async function setUpPacked() {
    const { bot, machine } = await setUp();
    await machine.write(path, "");
    // Unpacking comes from outside: gzip stands for zstd here, which this Node.js need not know.
    const line = {
      ...{ type: "token_usage_record", timestamp: day },
      payload: { response_id: "resp_1", usage: { input_tokens: 1, output_tokens: 10 } },
    };
    await writeFile(machine.at(path), gzipSync(`${JSON.stringify(line)}\n`));
    await machine.touch(path);
    return { bot, machine };
  }

  it("are read where they can be, once", async () => {
    const { bot, machine } = await setUpPacked();
    expect((await machine.run([], { unpack })).output).toContain("1 new");
    expect(bot.records.get("codex:resp_1")?.tokens).toEqual(counted);
    expect((await machine.run([], { unpack })).output).toBe("Nothing new in 1 file.\n");
  });

  it("are left out where they cannot be, which is said", async () => {
    const { machine } = await setUpPacked();
    expect(await machine.run()).toMatchObject({
      ...{ code: 0, errors: "1 packed file left out: reading them needs Node.js 22.15.\n" },
    });
  });

  it("that are damaged are said to be unreadable", async () => {
    const { machine } = await setUpPacked();
    await machine.write(path, "damaged");
    expect(await machine.run([], { unpack })).toMatchObject({ code: 0, errors: "1 file cannot be read.\n" });
  });
});

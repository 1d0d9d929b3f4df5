import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { closedPast, createRemotePast, type Past } from "../../src/cli/remote-past.ts";
import type { CliOptions, Session } from "../../src/cli/session.ts";
import { createDays } from "../../src/core/domain/day.ts";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import { historyJson } from "../../src/core/services/history-json.ts";
import { createQuotaHistories } from "../../src/core/services/quota-history.ts";
import { costJson, recordJson, usageJson } from "../../src/core/services/usage-json.ts";
import { createHttpServer } from "../../src/http/server.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, createKeptLog, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { unasked } from "../fakes/unasked.ts";
import { createFakeRecords, createFakeUsageReports, usageRecord } from "../fakes/usage.ts";
import { monthsCost, weekByModel } from "../fakes/usage-examples.ts";

const accounts = [account("claude-lan", { label: "Lan's Max" }), account("glm-main", { label: "GLM" })];
const records = Array.from({ length: 1_234 }, (_, at) => usageRecord(`r${at}`, { user: "lan" }));
const hour = 3_600_000;

/** What two windows stood at in each of so many hours, the last one just read. */
function samples(hours: number): QuotaSample[] {
  return Array.from({ length: hours }, (_, at) => start - (hours - 1 - at) * hour).flatMap((at, index) => [
    {
      account: "claude-lan",
      reading: "session",
      kind: "quota",
      at,
      value: index,
      limit: 200,
      resetsAt: at + hour,
    },
    { account: "claude-lan", reading: "weekly", kind: "quota", at, value: index / 10, limit: 100 },
  ]);
}

function setUp(options: { past?: Partial<Past>; rows?: number; kept?: readonly QuotaSample[] } = {}) {
  const usageReports = createFakeUsageReports({ usage: weekByModel, cost: monthsCost });
  const house = createQuotaHouse({
    accounts,
    read: async () => ({ readings: [quota(), quota({ id: "weekly", label: "weekly" })] }),
    usageReports,
    records: createFakeRecords(records),
  });
  const kept = options.kept ?? samples(30);
  const history = createQuotaHistories({
    clock: house.clock,
    history: {
      add: async () => {},
      thin: async () => {},
      samples: async (query) =>
        kept
          .filter(({ at }) => at >= query.from && at < query.to)
          .filter(({ reading }) => query.reading === undefined || reading === query.reading),
    },
  });
  const streams = { output: new PassThrough(), errors: new PassThrough() };
  const written = { output: "", errors: "" };
  for (const name of ["output", "errors"] as const)
    streams[name].on("data", (chunk) => (written[name] += String(chunk)));
  const session = { ...house, history, ...options.past, accounts, timezone: "UTC", close: async () => {} };
  const cli = {
    openSession: async () => session as unknown as Session,
    render: ((message, { now, timezone, ...terminal }) =>
      renderTerminal(message, { now, timezone, terminal })) satisfies CliOptions["render"],
    output: Object.assign(streams.output, { columns: 100, rows: options.rows }),
    errors: streams.errors,
    noColour: false,
    version: "0",
  } as unknown as CliOptions;
  return {
    asked: usageReports.asked,
    house,
    async run(line: string) {
      await house.readQuotas.read(accounts, "allowed");
      const code = await runCli(cli, ["quota", ...line.split(" ")]);
      return { code, ...written };
    },
  };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "quotabot-export-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe("quota usage", () => {
  it("prints a table that fits, with times and success rates", async () => {
    const { output, code } = await setUp().run("usage 7d");
    expect(code).toBe(0);
    expect(output).toMatch(/^claude-opus-4-5 +842 +47\.7 M .* 99\.1% +8\.2 s +24\.3 s$/m);
    for (const line of output.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("asks what its options say", async () => {
    const { run, asked } = setUp();
    const { output } = await run("usage 7d --by day --account glm-main --user lan --model m-1 --provider -");
    expect(asked[0]).toMatchObject({
      period: { name: "7d" },
      by: "day",
      only: { account: ["glm-main"], user: ["lan"], model: ["m-1"], provider: [""] },
    });
    expect(output).toContain("account GLM, provider not told, model m-1, user lan");
  });

  it.each([
    ["usage 30d by user", "30d", "user"],
    ["usage by Day 7d", "7d", "day"],
    ["usage by account", "today", "account"],
    ["usage week", "week", "model"],
  ])("takes the words that it takes in chat: %s", async (line, name, by) => {
    const { run, asked } = setUp();
    expect(await run(line)).toMatchObject({ code: 0 });
    expect(asked[0]).toMatchObject({ period: { name }, by });
  });

  it("prints with --json exactly what HTTP gives", async () => {
    const { run, house, asked } = setUp();
    const { output } = await run("usage 7d --by model --json");
    const { period } = weekByModel;
    expect(JSON.parse(output)).toEqual(usageJson(await house.usageReports.usage({ period, by: "model" })));
    await run("usage --json");
    expect(asked.at(-1)).toMatchObject({ period: { name: "today" }, by: "model" });
  });

  it.each([
    ["usage 7x", "today, yesterday, week"],
    ["usage 2026-11-15..2026-11-01", "ends before it begins"],
    ["usage 9999d", "is longer than 3,661 days"],
    ["usage 7d 30d", '"30d" is one too many'],
    ["usage by", '"by" is no period'],
    ["usage 7d by modle", 'Did you mean "model"?'],
    ["usage --by modle", 'Did you mean "model"?'],
    ["usage --account glm-mian", 'Did you mean "glm-main"?'],
    ["export --format xml", "json or csv"],
    ["history glm-mian", 'Did you mean "glm-main"?'],
    ["history claude-lan --range week", "24h, 7d or 30d"],
    ["history claude-lan --window sesion", "It has session, weekly."],
  ])("ends with 2 for what it does not know: %s", async (line, words) => {
    const { code, errors, output } = await setUp().run(line);
    expect(code).toBe(2);
    expect(errors).toContain(words);
    expect(output).toBe("");
  });
});

describe("quota cost", () => {
  it("prints the money apart, and with --json what HTTP gives", async () => {
    expect((await setUp().run("cost")).output).toContain("list value $31.04, included");
    const { run, house } = setUp();
    const told = await house.usageReports.cost(monthsCost.period);
    expect(JSON.parse((await run("cost --json")).output)).toEqual(costJson(told));
  });
});

describe("quota export", () => {
  it("prints all records, beyond one page", async () => {
    const { output } = await setUp().run("export --format json");
    expect(JSON.parse(output)).toEqual(records.map(recordJson));
    expect((await setUp().run("export --json")).output).toBe(output);
    expect((await setUp().run("export today")).output.split("\r\n")).toHaveLength(1_236);
  });

  it("writes a file for this user alone, and no other's", async () => {
    const path = join(await folder(), "all.csv");
    const { output, errors } = await setUp().run(`export --output ${path}`);
    expect(output).toBe("");
    expect(errors).toContain(`Written to ${path}.`);
    expect((await readFile(path, "utf8")).split("\r\n")).toHaveLength(1_236);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, "mine");
    const again = await setUp().run(`export --output ${path}`);
    expect(again).toMatchObject({ code: 2, errors: expect.stringContaining("is there already") });
    expect(await readFile(path, "utf8")).toBe("mine");
  });
});

describe("quota history", () => {
  it("prints a column for each window, thinned to the screen", async () => {
    const { output } = await setUp({ rows: 16 }).run("history claude-lan --range 24h");
    const lines = output.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(15);
    expect(lines[2]).toMatch(/^At +5-hour +weekly$/);
    expect(lines.at(-1)).toMatch(/^03:00 +14\.5% +2\.9%$/);
  });

  it("prints one window with its resets", async () => {
    const { output } = await setUp({ rows: 60 }).run("history claude-lan --window session --range 7d");
    expect(output).toMatch(/^History of Lan's Max: 5-hour$/m);
    expect(output).toMatch(/^At +Used +Resets$/m);
    expect(output).toMatch(/^03:00 +14\.5% +04:00$/m);
    expect(output.match(/%/g)?.length).toBeGreaterThan(5);
  });

  it("prints all samples as JSON", async () => {
    const { samples: told } = JSON.parse((await setUp().run("history claude-lan --json")).output);
    expect(told).toHaveLength(50);
    expect(told.at(-1)).toEqual({
      reading: "weekly",
      kind: "quota",
      at: "2026-11-22T03:00:00Z",
      value: 2.9,
      limit: 100,
      resetsAt: null,
    });
  });

  it("says so when nothing was read, and which windows there are", async () => {
    const { output } = await setUp({ kept: [] }).run("history claude-lan");
    expect(output).toContain("Nothing was read in this time. Its windows are session and weekly.");
  });
});

describe("with a bot on the same folder", () => {
  async function remote() {
    const { house } = setUp();
    const server = createHttpServer({
      ...house,
      accounts,
      host: "127.0.0.1",
      port: 0,
      log: createKeptLog(),
      keys: [{ name: "cli", key: "fake-read-key", scopes: ["read"] }],
      ...unasked,
      histories: createQuotaHistories({ ...house, history: house.store.history }),
    });
    onTestFinished(() => server.stop());
    await server.start();
    const options = { url: server.url() ?? "", key: "fake-read-key", days: createDays("UTC") };
    return { house, past: createRemotePast(options), options };
  }

  it("usage and cost are what the bot tells", async () => {
    const { house, past } = await remote();
    const request = { period: weekByModel.period, by: "model" as const, only: { user: ["", "lan"] } };
    const told = await past.usageReports.usage(request);
    expect(told).toEqual(await house.usageReports.usage(request));
    const { period } = monthsCost;
    expect(await past.usageReports.cost(period)).toEqual(await house.usageReports.cost(period));
  });

  it("records are exported page by page, just as the bot has them", async () => {
    const { past } = await remote();
    const { output } = await setUp({ past }).run("export --format json");
    expect(JSON.parse(output)).toEqual(records.map(recordJson));
    const page = await past.records({ from: "2026-11-22", to: "2026-11-22", most: 2 });
    expect(page.records).toEqual(records.slice(0, 2));
  });

  it("history is what the bot tells", async () => {
    const told = { account: "claude-lan", from: start - hour, to: start, samples: samples(2) };
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(JSON.stringify(historyJson(told)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { history } = createRemotePast({ url, key: "k", days: createDays("UTC") });
    expect(await history({ account: "claude-lan", range: 7 * 24 * hour })).toEqual(told);
    expect(asked).toEqual(["/api/v1/history?account=claude-lan&range=168h"]);
  });

  it("what it refuses is told in its words, and its silence as such", async () => {
    const { past, options } = await remote();
    const badCursor = { from: "2026-11-22", to: "2026-11-22", most: 5_000 };
    await expect(past.records(badCursor)).rejects.toMatchObject({
      code: "request_invalid",
      message: expect.stringContaining("limit"),
    });
    const silent = createRemotePast({ ...options, url: "http://127.0.0.1:9" });
    expect(await setUp({ past: silent }).run("usage")).toMatchObject({
      code: 1,
      errors: "The bot does not answer over HTTP.\n",
    });
    const closed = closedPast("Give http.keys one with the scope read.");
    expect(await setUp({ past: closed }).run("history claude-lan")).toMatchObject({
      code: 1,
      errors: "Give http.keys one with the scope read.\n",
    });
  });
});

import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import type { CliOptions, Session } from "../../src/cli/session.ts";
import type { DrawChart } from "../../src/core/domain/chart.ts";
import { createQuotaHistories } from "../../src/core/services/quota-history.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { session as samples } from "../charts/examples.ts";
import { account, quota } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { createFakeUsageReports, figures } from "../fakes/usage.ts";
import { monthsCost } from "../fakes/usage-examples.ts";

const accounts = [
  account("claude-lan", { label: "Lan's Max", interval: 30 * 60_000 }),
  account("claude-mai", { label: "Mai's Max" }),
];
const png = Uint8Array.of(0x89, 0x50, 0xff, 0x00);

async function run(line: string, draw: DrawChart = async () => ({ png })) {
  const usage = { rows: [{ value: "2026-11-20", figures: figures({ billedMicros: 4_000_000 }) }] };
  const house = createQuotaHouse({
    accounts,
    read: async () => ({ readings: [quota({ id: "session", label: "5-hour", used: 72, limit: 100 })] }),
    usageReports: createFakeUsageReports({ usage, cost: monthsCost }),
    draw,
  });
  await house.store.history.add(samples);
  await house.readQuotas.read(accounts, "allowed");
  const history = createQuotaHistories({ history: house.store.history, clock: house.clock });
  const streams = { output: new PassThrough(), errors: new PassThrough() };
  const written = { output: "", errors: "" };
  for (const name of ["output", "errors"] as const)
    streams[name].on("data", (chunk) => (written[name] += String(chunk)));
  const opened = { ...house, history, accounts, timezone: "UTC", close: async () => {} };
  const cli = {
    openSession: async () => opened as unknown as Session,
    render: ((message, { now, timezone, ...terminal }) =>
      renderTerminal(message, { now, timezone, terminal })) satisfies CliOptions["render"],
    output: Object.assign(streams.output, { columns: 80 }),
    errors: streams.errors,
    noColour: false,
    version: "0",
  } as unknown as CliOptions;
  const code = await runCli(cli, ["quota", "chart", ...line.split(" ")]);
  return { code, ...written };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "quotabot-chart-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe("quota chart", () => {
  it("prints the sentence and a drawing that fits", async () => {
    const { output, code } = await run("lan");
    expect(code).toBe(0);
    expect(output).toContain("5-hour of Lan's Max: 28% left now, lowest 19%");
    expect(output).toMatch(/^5-hour +[▁▂▃▄▅▆▇█ ]{20,} +28% left$/m);
    for (const line of output.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("prints cost by day", async () => {
    const { output } = await run("cost 7d");
    expect(output).toContain("Billed in the last 7 days: $4.00, all on 20 Nov");
    expect(output).toContain("at most $4.00 a day");
  });

  it("gives the series as JSON, in stretches during which it was read", async () => {
    const chart = JSON.parse((await run("claude-lan --json")).output);
    expect(chart).toMatchObject({
      account: "claude-lan",
      to: "2026-11-22T03:00:00Z",
      thresholdsLeftPercent: [20, 10],
      windows: [{ id: "session", label: "5-hour", resets: { length: 4 }, last: { leftPercent: 28 } }],
    });
    expect(chart.windows[0].stretches).toHaveLength(2);
    expect(chart.windows[0].stretches[0][0]).toEqual({ at: "2026-11-21T03:00:00Z", leftPercent: 100 });
    const cost = JSON.parse((await run("cost 7d --json")).output);
    expect(cost.days).toHaveLength(7);
    expect(cost.days[4]).toMatchObject({ day: "2026-11-20", usd: 4 });
    expect(cost).toMatchObject({ money: "billed" });
  });

  it("writes the picture into a new file of this user alone, and never over another", async () => {
    const path = join(await folder(), "chart.png");
    const { code, errors, output } = await run(`lan 7d --output ${path}`);
    expect(code).toBe(0);
    expect(errors).toBe(`Written to ${path}.\n`);
    expect(output).toContain("5-hour of Lan's Max");
    expect(await readFile(path)).toEqual(Buffer.from(png));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, "mine");
    const again = await run(`lan --output ${path}`);
    expect(again.code).toBe(2);
    expect(again.errors).toContain("is there already");
    expect(await readFile(path, "utf8")).toBe("mine");
  });

  it("fails where the picture that was asked for cannot be drawn", async () => {
    const path = join(await folder(), "chart.png");
    const { code, errors } = await run(`lan --output ${path}`, async () => ({ why: "No picture here." }));
    expect(code).toBe(1);
    expect(errors).toBe("No picture here.\n");
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  it.each([
    ["claude-lam", 'No account fits "claude-lam". Did you mean "claude-lan"?'],
    ["claude", "means claude-lan, claude-mai."],
    ["lan 7w", 'RANGE is 24h, 7d or 30d, not "7w".'],
    ["lan 400d", 'not "400d"'],
  ])("refuses what it does not understand: %s", async (line, words) => {
    const { code, errors } = await run(line);
    expect(code).toBe(2);
    expect(errors).toContain(words);
  });
});

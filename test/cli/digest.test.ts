import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import type { CliOptions, Session } from "../../src/cli/session.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { createFakeUsageReports } from "../fakes/usage.ts";
import { monthsCost } from "../fakes/usage-examples.ts";

async function run(line: string, notice?: string) {
  const accounts = [account("claude-lan", { label: "Lan's Max" }), account("glm-main", { label: "GLM" })];
  const house = createQuotaHouse({
    accounts,
    read: async ({ id }) => ({
      readings: [quota({ used: id === "glm-main" ? 95 : 10, resetsAt: start + 3_600_000 })],
    }),
    usageReports: createFakeUsageReports({ cost: monthsCost }),
  });
  const streams = { output: new PassThrough(), errors: new PassThrough() };
  const written = { output: "", errors: "" };
  for (const name of ["output", "errors"] as const) {
    streams[name].on("data", (chunk) => {
      written[name] += String(chunk);
    });
  }
  const refusals = async () => [{ channel: "slack:#gone", reason: "It is gone.", at: start }];
  const session = { ...house, accounts, notice, refusals, timezone: "UTC", close: async () => {} };
  const cli = {
    openSession: async () => session as unknown as Session,
    render: ((message, { now, timezone, ...terminal }) =>
      renderTerminal(message, { now, timezone, terminal })) satisfies CliOptions["render"],
    output: Object.assign(streams.output, { columns: 100 }),
    errors: streams.errors,
    noColour: false,
    version: "0",
  } as unknown as CliOptions;
  const code = await runCli(cli, line.split(" "));
  return { code, ...written };
}

describe("quotabot quota digest", () => {
  it("reads and prints the summary of yesterday and now", async () => {
    const { code, output, errors } = await run("quota digest");
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toMatch(
      /^Daily digest\n\nYesterday, Saturday 21 Nov\n\nSubscriptions +list value \$31\.04/,
    );
    expect(output).toMatch(/! +GLM +\S+ +5% left/);
    expect(output).toContain("Back today: GLM 5-hour 04:00, Lan's Max 5-hour 04:00.");
    expect(output).toContain("slack:#gone refuses posts");
  });

  it("prints the same as JSON", async () => {
    const { output } = await run("quota digest --json");
    expect(JSON.parse(output)).toMatchObject({
      at: "2026-11-22T03:00:00Z",
      period: { from: "2026-11-21", to: "2026-11-21" },
      cost: { total: { cost: { billedUsd: 4.341087 } }, budgets: [{ id: "daily" }, { id: "monthly" }] },
      low: [{ account: "glm-main", readings: [{ used: 95 }] }],
      needsHand: [],
      resets: [{ account: "GLM", resetsAt: "2026-11-22T04:00:00Z" }, { account: "Lan's Max" }],
      oldestReadAt: "2026-11-22T03:00:00Z",
      refusing: ["slack:#gone"],
    });
  });

  it("says when a bot does the reading", async () => {
    expect((await run("quota digest", "A bot works here.")).errors).toBe("A bot works here.\n");
  });
});

import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { closedRouting, createRemoteRouting } from "../../src/cli/remote-routing.ts";
import type { CliOptions, Session } from "../../src/cli/session.ts";
import { parsePeriod } from "../../src/core/domain/period.ts";
import type { RoutingReports } from "../../src/core/services/routing.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { start } from "../fakes/core.ts";
import { running } from "../http/running.ts";

async function house() {
  const parts = await running();
  await parts.readQuotas.read(parts.accounts, "allowed");
  await parts.routing.load();
  parts.routing.recorded([
    { account: "claude-lan", model: "shared-1" },
    { account: "glm-main", model: "shared-1" },
  ]);
  await parts.routing.reportLimit({
    account: "glm-main",
    told: { kind: "quota", until: start + 3_600_000, reason: "The plan's limit is reached" },
  });
  return { ...parts, remote: createRemoteRouting({ url: parts.url, key: "fake-read-key" }) };
}

async function run(reports: RoutingReports, parts: Awaited<ReturnType<typeof house>>, ...args: string[]) {
  const streams = { output: new PassThrough(), errors: new PassThrough() };
  const written = { output: "", errors: "" };
  for (const name of ["output", "errors"] as const)
    streams[name].on("data", (chunk) => (written[name] += String(chunk)));
  const session = { ...parts, routing: { reports }, timezone: "UTC", close: async () => {} };
  const cli = {
    openSession: async () => session as unknown as Session,
    render: ((message, { now, timezone, ...terminal }) =>
      renderTerminal(message, { now, timezone, terminal })) as CliOptions["render"],
    ...streams,
    version: "0",
  } as unknown as CliOptions;
  const code = await runCli(cli, ["quota", ...args]);
  return { code, ...written };
}

describe("quota route", () => {
  it("prints the same from this process as from a bot over HTTP", async () => {
    const parts = await house();
    const { reports } = parts.routing;
    for (const args of [
      ["route", "shared-1"],
      ["route", "shared-1", "--json"],
      ["suggest"],
      ["suggest", "--json"],
    ]) {
      const local = await run(reports, parts, ...args);
      expect(local.code).toBe(0);
      expect(await run(parts.remote, parts, ...args)).toEqual(local);
    }
    const { output } = await run(parts.remote, parts, "route", "shared-1");
    expect(output).toMatch(/^shared-1: claude-lan$/m);
    expect(output).toContain("it was refused: The plan's limit is reached, back in 1 h");
  });

  it("ends with 2 for a name that nobody knows, here and over HTTP", async () => {
    const parts = await house();
    for (const reports of [parts.routing.reports, parts.remote]) {
      const { code, errors } = await run(reports, parts, "route", "shared-2");
      expect([code, errors]).toEqual([2, expect.stringContaining('Did you mean "shared-1"?')]);
    }
  });

  it("ends with 1 where a bot cannot be asked", async () => {
    const parts = await house();
    const silent = createRemoteRouting({ url: "http://127.0.0.1:9", key: "k" });
    const closed = closedRouting("Give http.keys one with the scope read.");
    const period = parsePeriod("30d", "2026-11-22");
    for (const reports of [silent, closed]) {
      expect((await run(reports, parts, "route", "shared-1")).code).toBe(1);
      expect((await run(reports, parts, "suggest")).code).toBe(1);
      await expect(reports.combo("x", period as never)).rejects.toMatchObject({ code: "store_unavailable" });
    }
  });
});

import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import type { CliOptions, Session } from "../../src/cli/session.ts";
import { AppError } from "../../src/core/errors.ts";
import { noteRefusal, refusalsOf } from "../../src/core/services/refusals.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";

function setUp(ids: readonly string[] = ["slack:#ai", "slack:#gone", "terminal"]) {
  const house = createQuotaHouse({ accounts: [account("glm")], read: async () => ({ readings: [quota()] }) });
  const posted: string[] = [];
  const channels: Session["channels"] = {
    ids,
    async post(id) {
      if (id === "slack:#gone") throw new AppError("delivery_refused", `${id}: There is no such channel.`);
      posted.push(id);
    },
  };
  let closed = 0;
  const session = {
    ...{ ...house, channels, accounts: house.readQuotas.accounts, timezone: "UTC" },
    refusals: () => refusalsOf(house.store.settings, ids),
    checkStore: async () => {},
    async close() {
      closed += 1;
    },
  };
  const written = { output: "", errors: "" };
  const stream = (name: keyof typeof written) =>
    Object.assign(new PassThrough(), { columns: 160 }).on(
      "data",
      (chunk) => (written[name] += String(chunk)),
    );
  const cli = {
    openSession: async () => session as unknown as Session,
    render: ((message, { now, timezone, ...terminal }) =>
      renderTerminal(message, { now, timezone, terminal })) satisfies CliOptions["render"],
    ...{ output: stream("output"), errors: stream("errors"), noColour: false, version: "0" },
  } as unknown as CliOptions;
  return {
    ...{ house, posted },
    async run(line: string) {
      const code = await runCli(cli, line.split(" "));
      await new Promise(setImmediate);
      return { code, closed, ...written };
    },
  };
}

describe("quotabot send-test", () => {
  it("posts to every channel, prints how each took it, and ends with 1 when one did not", async () => {
    const { run, posted } = setUp();
    const { code, output, closed } = await run("send-test");
    expect(output).toMatchInlineSnapshot(`
      "Test message

      quotabot can post to terminal. Alerts and digests for it arrive here.
      1 of 3 channels did not take it

      slack:#ai    ✓ posted
      slack:#gone  ✗ There is no such channel.
      terminal     ✓ posted
      "
    `);
    expect([code, closed]).toEqual([1, 1]);
    expect(posted).toEqual(["slack:#ai"]);
  });

  it("posts to the one that is named", async () => {
    const { run, posted } = setUp();
    const { code, output } = await run("send-test slack:#ai --json");
    expect(JSON.parse(output)).toEqual({ channels: [{ channel: "slack:#ai", ok: true, reason: null }] });
    expect(code).toBe(0);
    expect(posted).toEqual(["slack:#ai"]);
  });

  it("posts nowhere that nothing goes to", async () => {
    const { run, posted } = setUp();
    const { code, errors } = await run("send-test slack:#ia");
    expect(errors).toBe('No alert or digest goes to "slack:#ia". Did you mean "slack:#ai"?\n');
    expect(code).toBe(2);
    expect(posted).toEqual([]);
  });

  it("says when there is no channel at all", async () => {
    const { code, errors } = await setUp([]).run("send-test");
    expect(errors).toContain("No channel is configured: add `alerts` or `digest`");
    expect(code).toBe(1);
  });
});

describe("quotabot doctor", () => {
  it("tells which channels refuse, why, and what to do then", async () => {
    const { run, house } = setUp();
    const remember = { settings: house.store.settings, clock: house.clock };
    await noteRefusal(remember, "slack:#gone", "slack:#gone: There is no such channel.");
    await noteRefusal(remember, "slack:#ai", "It was so once.");
    await noteRefusal(remember, "slack:#ai", undefined);
    house.clock.advance(2 * 3_600_000);
    const { code, output } = await run("doctor --json");
    expect(code).toBe(1);
    const { findings } = JSON.parse(output);
    expect(findings.filter(({ check }: { check: string }) => check === "channel")).toMatchInlineSnapshot(`
      [
        {
          "check": "channel",
          "message": "no refusal is known; \`quotabot send-test slack:#ai\` tries it",
          "name": "slack:#ai",
          "ok": true,
        },
        {
          "check": "channel",
          "message": "refuses posts (2 h so far): There is no such channel. When that is done, \`quotabot send-test slack:#gone\` tries it; alerts are tried again every hour.",
          "name": "slack:#gone",
          "ok": false,
        },
        {
          "check": "channel",
          "message": "no refusal is known; \`quotabot send-test terminal\` tries it",
          "name": "terminal",
          "ok": true,
        },
      ]
    `);
  });
});

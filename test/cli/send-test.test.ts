import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import type { CliOptions, Session } from "../../src/cli/session.ts";
import { AppError } from "../../src/core/errors.ts";
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

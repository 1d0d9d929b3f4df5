import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { doctor } from "../../src/cli/doctor.ts";
import { doctorLines } from "../../src/cli/doctor-lines.ts";
import type { CliOptions, Session } from "../../src/cli/session.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Finding } from "../../src/core/messages/doctor.ts";
import { type DoctorCheck, examine } from "../../src/core/services/examine.ts";
import { noteRefusal, refusalsOf } from "../../src/core/services/refusals.ts";
import { account, quota } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";

const finding = (level: Finding["level"], rest: Partial<Finding> = {}): Finding => ({
  ...{ check: "host", name: level, level, message: `it is ${level}` },
  ...rest,
});

function checking(...findings: Finding[]): DoctorCheck {
  return { check: "host", name: "Hosts", run: async () => findings };
}

/** The command against a session of these parts. */
function setUp(parts: { network?: DoctorCheck[]; checkStore?: () => Promise<void>; tty?: boolean } = {}) {
  const house = createQuotaHouse({ accounts: [account("glm")], read: async () => ({ readings: [quota()] }) });
  const ids = ["slack:#ai", "slack:#gone"];
  const session = {
    ...{ ...house, accounts: house.readQuotas.accounts, timezone: "UTC", channels: { ids } },
    refusals: () => refusalsOf(house.store.settings, ids),
    checkStore: parts.checkStore ?? (async () => {}),
    checks: { local: [], network: parts.network ?? [] },
    storeWords: { name: "Data folder", fine: "can be written" },
    close: async () => {},
  };
  const written = { output: "", errors: "" };
  const stream = (name: keyof typeof written) =>
    Object.assign(new PassThrough(), { isTTY: parts.tty }).on(
      "data",
      (chunk) => (written[name] += String(chunk)),
    );
  const cli = {
    openSession: async () => session as unknown as Session,
    ...{ output: stream("output"), errors: stream("errors"), noColour: true },
  } as unknown as CliOptions;
  return {
    house,
    async run(options: { json?: boolean } = {}) {
      const ok = await doctor(cli, options);
      await new Promise(setImmediate);
      return { ok, ...written };
    },
  };
}

describe("quotabot doctor", () => {
  it("tells line by line how things are, the worst first, and what to do", async () => {
    const { run } = setUp({
      network: [checking(finding("ok"), finding("warning", { todo: "See to it." }), finding("problem"))],
    });
    const { ok, output } = await run();
    expect(ok).toBe(false);
    expect(output).toBe(
      `1 thing to put right, 1 thing to know of

✗ problem: it is problem
! warning: it is warning
  → See to it.
✓ Configuration: can be used
✓ Data folder: can be written
✓ ok: it is ok
✓ glm: ok
✓ slack:#ai: no refusal is known; \`quotabot send-test slack:#ai\` tries it
✓ slack:#gone: no refusal is known; \`quotabot send-test slack:#gone\` tries it
`,
    );
  });

  it("takes warnings for no failure", async () => {
    const { ok, output } = await setUp({ network: [checking(finding("warning"))] }).run();
    expect([ok, output.split("\n")[0]]).toEqual([true, "All is well, with 1 thing to know of"]);
  });

  it("prints JSON with every finding", async () => {
    const { output } = await setUp({ network: [checking(finding("warning"))] }).run({ json: true });
    const { ok, findings } = JSON.parse(output);
    expect(ok).toBe(true);
    expect(findings).toContainEqual({
      ...{ check: "host", name: "warning", level: "warning", ok: true, message: "it is warning" },
    });
    expect(findings).toContainEqual(
      expect.objectContaining({ check: "account", account: "glm", state: "ok", ok: true }),
    );
  });

  it("goes on when the store cannot be used", async () => {
    const checkStore = async () => {
      throw new AppError("store_unavailable", "Cannot use /data (ENOSPC): the disk is full.");
    };
    const { ok, output } = await setUp({ checkStore, network: [checking(finding("ok"))] }).run();
    expect(ok).toBe(false);
    expect(output).toContain("✗ Data folder: Cannot use /data (ENOSPC): the disk is full.\n");
    expect(output).toContain("✓ ok: it is ok");
  });

  it("joins what a channel's platform says of it with what the channel refused", async () => {
    const told = finding("warning", {
      check: "channel",
      name: "slack:#gone",
      message: "the bot is not in it",
    });
    const { run, house } = setUp({ network: [checking(told)] });
    const remember = { settings: house.store.settings, clock: house.clock };
    expect((await run()).output).toContain("! slack:#gone: the bot is not in it");
    await noteRefusal(remember, "slack:#gone", "There is no such channel.");
    expect((await run()).output).toContain(
      "✗ slack:#gone: refuses posts (less than a minute so far): There is no such channel. (the bot is not in it)",
    );
  });

  it("shows on a terminal how far it is, and takes that away again", async () => {
    const { run } = setUp({ tty: true, network: [checking(finding("ok"))] });
    const { errors } = await run();
    const clear = "\r\u001b[K";
    const far = (done: number) => `${clear}Checking … ${done} of 2 checks`;
    expect(errors).toBe(`${far(0)}${far(1)}${far(2)}${clear}`);
    expect((await setUp({ tty: true }).run({ json: true })).errors).toBe("");
  });
});

describe("the checks", () => {
  it("are given up one by one when they take too long, and told to stop", async () => {
    let stopped = false;
    const hanging: DoctorCheck = {
      ...{ check: "mail", name: "E-mail" },
      run: (signal) =>
        new Promise(() => {
          signal.addEventListener("abort", () => (stopped = true));
        }),
    };
    const broken: DoctorCheck = {
      ...{ check: "slack", name: "Slack" },
      run: async () => {
        throw new Error("secret-token in a message nobody foresaw");
      },
    };
    const found = await examine([hanging, broken, checking(finding("ok"))], { patience: 30 });
    expect(found.map(({ name, level, message }) => `${level} ${name}: ${message}`)).toEqual([
      "problem E-mail: no answer within 0.03 s",
      "problem Slack: could not be checked",
      "ok ok: it is ok",
    ]);
    expect(stopped).toBe(true);
  });
});

describe("the lines", () => {
  const long = finding("problem", {
    name: "api.example.org",
    message: "not reached for the provider: nobody takes the connection (ECONNREFUSED)",
    todo: "Check that a firewall lets it out.",
    actionUrl: "https://example.org/a/rather/long/address/that/stays/whole",
  });

  it("are broken to fit a narrow terminal, addresses alone excepted", () => {
    expect(doctorLines([long], { width: 32, colour: false })).toBe(
      `1 thing to put right

✗ api.example.org: not reached
  for the provider: nobody takes
  the connection (ECONNREFUSED)
  → Check that a firewall lets
    it out.
  → Open
    https://example.org/a/rather/long/address/that/stays/whole`,
    );
  });

  it("are whole where nothing breaks them, and never move the cursor", () => {
    const evil = { ...long, message: "moved\u001b[2J\nand\u202eturned", actionUrl: undefined };
    expect(doctorLines([evil], { width: Number.POSITIVE_INFINITY, colour: false }).split("\n")).toEqual([
      ...["1 thing to put right", "", "✗ api.example.org: moved [2J andturned"],
      "  → Check that a firewall lets it out.",
    ]);
  });

  it("have colours where they are wanted", () => {
    expect(doctorLines([finding("ok")], { width: 80, colour: true })).toContain(
      "\u001b[32m✓\u001b[39m \u001b[1mok\u001b[22m: it is ok",
    );
  });
});

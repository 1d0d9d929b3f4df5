import type { Command } from "commander";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import type { CliOptions } from "../../src/cli/session.ts";
import { AppError } from "../../src/core/errors.ts";
import { account, quota } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { createFakeUsageReports } from "../fakes/usage.ts";
import { monthsCost } from "../fakes/usage-examples.ts";
import { createConsole } from "./console.ts";

/** Every command with its words, itself first. */
function all(command: Command, words: readonly string[] = []): string[] {
  return [words.join(" "), ...command.commands.flatMap((one) => all(one, [...words, one.name()]))];
}

const lines = all(createProgram({ version: "0" } as CliOptions));

describe("help", () => {
  it.each(lines)("of %j is the same however it is asked for, on standard output, with 0", async (line) => {
    const asked = await createConsole({}).run(`help ${line}`.trim());
    expect(asked).toMatchObject({ code: 0, errors: "" });
    expect(await createConsole({}).run(`${line} --help`.trim())).toEqual(asked);
    expect(asked.output).toContain(`Usage: quotabot${line === "" ? "" : ` ${line}`}`);
    for (const title of ["Options:", "Examples:", "Exit codes:"]) expect(asked.output).toContain(title);
  });

  it.each([40, 80, 200])(
    "fits a terminal of %i columns, but for lines that are to be typed",
    async (columns) => {
      for (const line of lines) {
        const { output } = await createConsole({ columns }).run(`help ${line}`.trim());
        const told = output.split("\n").filter((text) => !/^(Usage:| {2}quotabot )/.test(text));
        const widest = told.toSorted((a, b) => stringWidth(b) - stringWidth(a))[0] ?? "";
        expect([line, widest, stringWidth(widest) <= columns]).toEqual([line, widest, true]);
      }
    },
  );

  it("has examples that the program understands", async () => {
    for (const line of lines) {
      const { output } = await createConsole({}).run(`help ${line}`.trim());
      const examples = output.split("Examples:")[1]?.split("Exit codes:")[0] ?? "";
      for (const [, typed = ""] of examples.matchAll(
        /^ {2}quotabot ([^\n]*?)(?: (?:&&|\|\||>>?|<) .*)?(?: {2}.*)?$/gm,
      )) {
        const fault = new AppError("not_found", "Understood.");
        const openSession = async () => Promise.reject(fault);
        const refuse = async () => Promise.reject(fault);
        const more = { startBot: refuse, recordAccount: refuse, loadSetup: refuse } as Partial<CliOptions>;
        const words = typed.replaceAll("'", "").split(/\s+/);
        // They read standard input, and ask on the terminal.
        if (words[0] === "report" || (words[0] === "forget" && !words.includes("--yes"))) continue;
        const { code } = await createConsole({ openSession, more, clock: { now: () => 0 } }).run(words);
        expect([typed, code === 0 || code === 1]).toEqual([typed, true]);
      }
    }
  });

  it("names the nearest of a wrong word, and ends with 2", async () => {
    const { run } = createConsole({});
    expect(await run("help quota usge")).toEqual({
      ...{ code: 2, output: "" },
      errors: 'quotabot quota has no command "usge". Did you mean "usage"?\n',
    });
    expect((await run("quota lst")).errors).toContain("Did you mean list?");
    expect((await run("quota list --jsn")).errors).toContain("Did you mean --json?");
    expect((await run("help nothing-like-it")).errors).toContain("There is start, ");
  });

  it("is what comes without a command, on standard error, with 2", async () => {
    for (const line of [[], ["quota"], ["report"]]) {
      const { code, output, errors } = await createConsole({}).run(line);
      expect([code, output]).toEqual([2, ""]);
      expect(errors).toContain("Usage: quotabot");
    }
  });

  it("is coloured only where that is wanted", async () => {
    const coloured = async (tty: boolean, more: Partial<CliOptions>) =>
      (await createConsole({ tty, more }).run("help")).output.includes("\u001b");
    expect(await coloured(true, {})).toBe(true);
    expect(await coloured(false, {})).toBe(false);
    expect(await coloured(false, { forceColour: true })).toBe(true);
    expect(await coloured(true, { noColour: true, forceColour: true })).toBe(false);
  });
});

it("--version prints the version", async () => {
  expect(await createConsole({}).run("--version")).toEqual({ code: 0, output: "1.2.3\n", errors: "" });
});

describe("the commands of chat", () => {
  const accounts = [account("claude-lan"), account("glm-main", { label: "GLM" })];

  function setUp(tty = false, more: Partial<CliOptions> = {}) {
    const house = createQuotaHouse({
      ...{ accounts, usageReports: createFakeUsageReports({ cost: monthsCost }) },
      budgets: [{ id: "daily", period: "day", usd: 5, at: [80, 100], switchTo: "free" }],
      read: async () => ({ readings: [quota({ used: 97 })] }),
    });
    return createConsole({ tty, more, openSession: async () => ({ ...house, accounts }) });
  }

  it("take the same words here", async () => {
    const { specs } = createQuotaHouse({ accounts, read: async () => ({ readings: [] }) }).commands;
    const here = lines.filter((line) => line.startsWith("quota ")).map((line) => line.slice(6));
    const elsewhere = ["alerts", "remind", "help"];
    expect(
      specs.map(({ name }) => name).filter((name) => !here.includes(name) && !elsewhere.includes(name)),
    ).toEqual([]);
  });

  it.each(["list", "resets", "show"])("%s takes a part of an account's name", async (name) => {
    const { code, output } = await setUp().run(`quota ${name} glm --json`);
    expect([code, output.includes("claude-lan")]).toEqual([0, false]);
    expect((await setUp().run(`quota ${name} glm-mian`)).errors).toContain('Did you mean "glm-main"?');
  });

  it("budget tells where budgets stand, and as JSON", async () => {
    const { output } = await setUp().run("quota budget");
    expect(output).toMatch(/^Budgets\n/);
    expect(output).toContain("told at 80% and 100%; once exceeded, only free accounts are used");
    const told = JSON.parse((await setUp().run("quota budget --json")).output);
    expect(told).toMatchObject({ budgets: [{ id: "daily" }, { id: "monthly" }], onlyBilling: null });
  });

  it("colour what they print only where that is wanted", async () => {
    const coloured = async (tty: boolean, options = "", more: Partial<CliOptions> = {}) =>
      (await setUp(tty, more).run(`quota list${options}`)).output.includes("\u001b");
    expect(await coloured(true)).toBe(true);
    expect(await coloured(false)).toBe(false);
    expect(await coloured(true, " --no-color")).toBe(false);
    expect(await coloured(false, "", { forceColour: true })).toBe(true);
    expect(await coloured(true, "", { forceColour: true, noColour: true })).toBe(false);
  });

  it("show that they read on a terminal alone, and never with --json", async () => {
    expect((await setUp(true).run("quota list")).errors).toContain("Reading 2 accounts");
    expect((await setUp(true).run("quota list --json")).errors).toBe("");
    expect((await setUp().run("quota list")).errors).toBe("");
  });
});

describe("the exit code", () => {
  it.each([
    ["config_invalid", 78],
    ["request_invalid", 2],
    ["store_locked", 1],
  ] as const)("of %s is %i, with the message and every problem on standard error", async (code, expected) => {
    const error = new AppError(code, "That is wrong.", { problems: ["a", "b"] });
    const openSession = async () => Promise.reject(error);
    expect(await createConsole({ openSession }).run("quota list")).toEqual({
      ...{ code: expected, output: "", errors: "That is wrong.\n  a\n  b\n" },
    });
  });
});

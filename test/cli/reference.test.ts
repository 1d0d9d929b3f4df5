import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import type { CliOptions } from "../../src/cli/session.ts";
import { createConsole } from "./console.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/cli.md"), "utf8");
const heading = "## Reference\n";
const program = createProgram({ version: "0" } as CliOptions);

function all(command: Command, words: readonly string[] = []): string[] {
  return [words.join(" "), ...command.commands.flatMap((one) => all(one, [...words, one.name()]))];
}

describe("docs/cli.md", () => {
  it("ends with the help of every command", async () => {
    const sections = await Promise.all(
      all(program).map(async (line) => {
        const { output } = await createConsole({}).run(`help ${line}`.trim());
        return `\n### quotabot${line === "" ? "" : ` ${line}`}\n\n\`\`\`text\n${output.trimEnd()}\n\`\`\`\n`;
      }),
    );
    const prose = page.split(heading)[0] ?? "";
    await expect(`${prose}${heading}${sections.join("")}`).toMatchFileSnapshot("../../docs/cli.md");
  });

  it("speaks of no command and no option that there is not", () => {
    const prose = (page.split(heading)[0] ?? "").replaceAll("npm run --silent", "");
    const commands = new Set(all(program));
    const options = new Set(["--help"]);
    const collect = (command: Command): void => {
      for (const { long } of command.options) options.add(long ?? "");
      for (const one of command.commands) collect(one);
    };
    collect(program);
    const spoken = [...prose.matchAll(/quotabot ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)/g)].map(
      ([, words = ""]) => words,
    );
    expect(spoken.length).toBeGreaterThan(5);
    for (const words of spoken)
      expect([words, words.split(" ")[0]].some((word = "") => commands.has(word))).toBe(true);
    for (const [option] of prose.matchAll(/--[a-z][a-z-]+/g)) expect(options).toContain(option);
  });
});

import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { complete } from "../../src/cli/completion.ts";
import { shells } from "../../src/cli/completion-scripts.ts";
import { createProgram } from "../../src/cli/program.ts";
import type { CliOptions } from "../../src/cli/session.ts";
import { readNames } from "../../src/config/names.ts";
import { createConsole } from "./console.ts";

const names = {
  accounts: [
    { id: "claude-lan", label: "Lan's Max", provider: "claude" },
    { id: "claude-minh", provider: "claude" },
    { id: "glm-main", label: "GLM", provider: "zai" },
  ],
  combos: ["premium-coding"],
  channels: ["slack:#ai-quota", "terminal"],
};

/** What fits at the end of a line. */
async function fitting(line: string): Promise<string[]> {
  const program = createProgram({ version: "0" } as CliOptions);
  const found = await complete(program, line.split(" "), async () => names);
  return found.map(({ value }) => value);
}

describe("completion", () => {
  it.each([
    ["quo", ["quota"]],
    ["quota sh", ["show"]],
    ["quota show ", ["claude-lan", "claude-minh", "glm-main", "claude", "zai"]],
    ["quota list --account claude-", ["claude-lan", "claude-minh"]],
    ["quota list --account=glm", ["--account=glm-main"]],
    ["quota list --provider ", ["claude", "zai"]],
    ["quota list --fresh --f", []],
    ["quota list --config ", [":files"]],
    ["quota list --config=./q", [":files"]],
    ["quota route ", ["premium-coding"]],
    ["quota usage 7d by mod", ["model"]],
    ["quota usage t", ["today"]],
    ["quota export 7d cs", ["csv"]],
    ["quota history claude-lan ", []],
    ["quota history claude-lan --range 7", ["7d"]],
    ["send-test sl", ["slack:#ai-quota"]],
    ["record glm-main ", [":files"]],
    ["completion f", ["fish"]],
    ["help quota us", ["usage"]],
    ["guard --account glm-main --acc", ["--account"]],
    ["guard --wait --acc", ["--account"]],
    ["guard --wait 1", ["10m", "1h"]],
    ["report statusline --account glm", ["glm-main"]],
    ["quota nosuch ", []],
  ])("after %j comes %j", async (line, expected) => {
    expect(await fitting(line)).toEqual(expected);
  });

  it("knows every command and option that there is", async () => {
    const program = createProgram({ version: "0" } as CliOptions);
    expect(await fitting("")).toEqual(program.commands.map((command) => command.name()));
    const list = program.commands.find((one) => one.name() === "quota")?.commands[0];
    const options = list?.options.map(({ long }) => long);
    expect(await fitting("quota list --")).toEqual([...(options ?? []), "--help"]);
  });

  it("reads the configuration that the line names, and only where its names may come", async () => {
    const program = createProgram({ version: "0" } as CliOptions);
    const asked: (string | undefined)[] = [];
    const read = async (config: string | undefined) => {
      asked.push(config);
      return names;
    };
    for (const line of ["quota li", "quota list --fr"]) await complete(program, line.split(" "), read);
    expect(asked).toEqual([]);
    for (const config of ["--config a.yml", "--config=b.yml", "--fresh"])
      await complete(program, `quota show ${config} `.split(" "), read);
    expect(asked).toEqual(["a.yml", "b.yml", undefined]);
  });

  it("prints a script for every shell, and nothing for another", async () => {
    for (const shell of shells) {
      const { code, output } = await createConsole({}).run(`completion ${shell}`);
      expect([code, output]).toEqual([0, expect.stringContaining("quotabot completion ")]);
    }
    expect((await createConsole({}).run("completion tcsh")).code).toBe(2);
  });

  it("tells each shell in its own way", async () => {
    const console = createConsole({ more: { readNames: async () => names } });
    const told = async (shell: string, ...words: string[]) =>
      (await console.run(["completion", shell, "--", ...words])).output;
    expect(await told("bash", "quota", "list", "--account=glm")).toBe("glm-main\n");
    expect(await told("bash", "send-test", "slack:")).toBe("#ai-quota\n");
    expect(await told("zsh", "send-test", "slack:")).toBe("slack\\:#ai-quota\n");
    expect(await told("fish", "quota", "show", "claude-l")).toBe("claude-lan\tLan's Max\n");
    expect(await told("powershell", "quota", "show", ".claude-l")).toBe("claude-lan\tLan's Max\n");
    expect(await told("powershell", "send-test", ".")).toBe("slack:#ai-quota\nterminal\n");
  });
});

describe("names for completion", () => {
  async function namesIn(text: string | undefined) {
    const folder = await mkdtemp(join(tmpdir(), "quotabot-names-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    if (text !== undefined) await writeFile(join(folder, "quotabot.yml"), text);
    return readNames({ environment: {}, cwd: folder, home: folder });
  }

  it("come from a configuration however wrong it is", async () => {
    const wrong = `
bogus: 1
accounts:
  - { id: glm-main, label: GLM, provider: nosuch }
  - { id: 5 }
  - none
combos: { premium: nonsense }
alerts: [{ channels: "slack:#a" }, { channels: [terminal, 7] }]
digest: [{ channels: [terminal] }]
`;
    expect(await namesIn(wrong)).toEqual({
      accounts: [{ id: "glm-main", label: "GLM", provider: "nosuch" }],
      combos: ["premium"],
      channels: ["slack:#a", "terminal"],
    });
  });

  it.each(["accounts: [", "accounts: 5", "\0", "", undefined])("are none in %j", async (text) => {
    expect(await namesIn(text)).toEqual({ accounts: [], combos: [], channels: [] });
  });
});

describe("the script for bash", () => {
  it("completes commands, options and accounts, evaluates nothing that is typed, and can be read twice", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quotabot-bash-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const main = resolve(import.meta.dirname, "../../dist/main.js");
    await writeFile(join(folder, "quotabot"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    await chmod(join(folder, "quotabot"), 0o755);
    await writeFile(join(folder, "quotabot.yml"), "accounts: [{ id: glm-main }, { id: glm-other }]\n");
    const script = `
source <(quotabot completion bash)
source <(quotabot completion bash)
try() {
  COMP_LINE=$1 COMP_POINT=\${#1}
  _quotabot
  echo "\${COMPREPLY[*]}"
}
try 'quotabot quota li'
try 'quotabot quota list --acc'
try 'quotabot quota list --account=glm-m'
try 'quotabot quota show $(touch evil) \`touch evil\` ; touch evil ; '
try "quotabot quota show 'glm"
`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["--norc", "-c", script], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder },
    });
    expect(stderr).toBe("");
    expect(stdout).toBe("list\n--account\nglm-main\n\n\n");
    expect(await readdir(folder)).not.toContain("evil");
  });
});

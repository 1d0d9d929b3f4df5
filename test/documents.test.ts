import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createDemo } from "../src/app/demo.ts";
import { createProgram } from "../src/cli/program.ts";
import type { CliOptions } from "../src/cli/session.ts";
import { schema } from "../src/config/schema.ts";
import { loadConfig } from "../src/config.ts";
import { usage } from "../src/core/messages/help.ts";
import { secretEnvironment } from "../src/core/provider.ts";
import { providers } from "../src/providers/index.ts";
import { createKeptLog } from "./fakes/core.ts";
import { createQuotaHouse } from "./fakes/quota-house.ts";
import { pictureOf } from "./picture.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const readme = read("README.md");

/** Fenced blocks of a language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(
    (match) => match[1] ?? "",
  );
}

async function problemsOf(yaml: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "quotabot-docs-"));
  await writeFile(join(folder, "quotabot.yml"), yaml, { mode: 0o600 });
  const variables = [...yaml.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = ""]) => [
    name,
    name === "DATABASE_URL" ? "postgres://quotabot@db/quotabot" : "a-value-for-it",
  ]);
  try {
    await loadConfig({ environment: Object.fromEntries(variables), cwd: folder, home: folder, providers });
    return [];
  } catch (error) {
    return error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("the README", () => {
  it("starts with the two commands, which are what CI runs", () => {
    const ci = read(".ci/run");
    for (const command of ["npm start", "npm test"]) {
      expect(readme).toContain(`npm ci && ${command}`);
      expect(ci).toContain(command);
    }
    expect(ci).toContain("npm ci");
  });

  it.each([
    "README.md",
    "docs/configuration.md",
    "docs/digest.md",
    "docs/push.md",
    "docs/running.md",
    "docs/privacy.md",
  ])("has configuration examples in %s that the program accepts", async (file) => {
    const examples = blocks(read(file), "yaml");
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(await problemsOf(example)).toEqual([]);
  });

  it("lists every provider with its page, its floor, whether it is official, and the shapes it is known to read", () => {
    const rows = [
      ...readme.matchAll(
        /^\| `([a-z0-9-]+)` \| \[([^\]]+)\]\((\S+)\) \| (yes|no) \| (\d+) min \| (\d+) \|/gm,
      ),
    ];
    expect(
      rows.map(([, id, name, page, official, floor, shapes]) => ({
        id,
        name,
        page,
        official,
        floor,
        shapes,
      })),
    ).toEqual(
      providers.map(({ id, name, official, minInterval }) => ({
        id,
        name,
        page: `docs/providers/${id}.md`,
        official: official ? "yes" : "no",
        floor: String(minInterval / 60_000),
        // Every one of them is read right, or the provider's own test fails.
        shapes: String(readdirSync(join(root, "test/fixtures/providers", id)).length),
      })),
    );
  });

  it("lists every command of /quota with its use and summary, and no other", () => {
    const { commands } = createQuotaHouse({ accounts: [], read: async () => ({ readings: [] }) });
    const rows = [...readme.matchAll(/^\| `(\/quota [^`]+)` \| ([^|]+) \|/gm)];
    expect(rows.map(([, use, summary]) => [use?.replaceAll("\\|", "|"), summary?.trim()])).toEqual(
      commands.specs.map((spec) => [usage(spec), spec.summary]),
    );
  });

  it("lists every command of the command line and its options, and no other", () => {
    const program = createProgram({ version: "0" } as CliOptions);
    const leaves = program.commands.flatMap((command) =>
      command.commands.length > 0
        ? command.commands.map((child) => `${command.name()} ${child.name()}`)
        : [command.name()],
    );
    const listed = [...readme.matchAll(/^\| `quotabot ([a-z -]+?)(?: (?:\[?[A-Z]+.*?|--.*?))?` \|/gm)].map(
      (match) => match[1],
    );
    expect(listed).toEqual(leaves);
    const options = new Set(
      program.commands
        .flatMap((command) => [command, ...command.commands])
        .flatMap((command) => command.options.map((option) => option.long)),
    );
    for (const option of options) expect(readme).toContain(`\`${option}`);
  });

  it("names only files of docs/ that exist", () => {
    const links = [...readme.matchAll(/\]\((docs\/[^)#]+)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(() => read(link)).not.toThrow();
  });
});

describe.each(providers.map((provider) => [provider.id, provider.name]))("the page of %s", (id, name) => {
  const page = read(`docs/providers/${id}.md`);

  it("has the headings that all pages have", () => {
    expect([...page.matchAll(/^#+ .*$/gm)].map(([heading]) => heading)).toEqual([
      `# ${name}`,
      "## What it shows",
      "## Credentials",
      "## Official or not",
      "## Errors",
      "## Floor",
    ]);
  });

  it("has examples that the configuration accepts", async () => {
    const examples = blocks(page, "yaml");
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(await problemsOf(example)).toEqual([]);
  });
});

it("the configuration page names every key that the configuration takes", () => {
  const page = read("docs/configuration.md");
  const keys = keysOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  expect(keys.size).toBeGreaterThan(80);
  expect([...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(page))).toEqual([]);
});

/** The names of all properties in a JSON Schema, however deep. */
function keysOf(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== "object" || node === null) return found;
  for (const [keyword, inner] of Object.entries(node)) {
    if (keyword === "properties") for (const name of Object.keys(inner as object)) found.add(name);
    for (const part of keyword === "properties" ? Object.values(inner as object) : [inner])
      keysOf(part, found);
  }
  return found;
}

it("the configuration page names the environment variable of every credential", () => {
  const page = read("docs/configuration.md");
  for (const provider of providers) {
    for (const setting of Object.values(provider.settings.shape)) {
      const variable = secretEnvironment(setting as never);
      if (variable !== undefined) expect(page).toContain(`\`${variable}\``);
    }
  }
});

it("the picture in the README is what the program prints", async () => {
  const written: string[] = [];
  const demo = createDemo({
    providers,
    dispatcher: undefined as never,
    clock: { now: () => 0 },
    log: createKeptLog(),
    console: {
      input: (await import("node:stream")).Readable.from(["/quota\n"]),
      output: { columns: 112, write: (text: string) => written.push(text) > 0 } as never,
      interactive: false,
      colour: true,
    },
    home: "/nowhere",
    version: "0.0.0",
  });
  const { finished } = await demo.start();
  await finished;
  await demo.stop();
  const table = written.find((text) => text.includes("· Quota")) ?? "";
  await expect(pictureOf(`> /quota\n\n${table.trimEnd()}`)).toMatchFileSnapshot("../docs/quota.svg");
});

import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { providers } from "../src/providers/index.ts";

const src = resolve(import.meta.dirname, "../src");

interface File {
  /** Below src, such as "core/domain/quota.ts". */
  path: string;
  /** The folder that says its job: "core/domain", "slack"; files at the top are their own. */
  room: string;
  text: string;
  /** Files below src that it imports. */
  imports: string[];
  packages: string[];
}

const files: File[] = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(resolve(src, path), "utf8");
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)].map((match) => match[1] ?? "");
    const local = specifiers.filter((specifier) => specifier.startsWith("."));
    return {
      path,
      room: roomOf(path),
      text,
      imports: local.map((specifier) => relative(src, resolve(src, dirname(path), specifier))),
      packages: specifiers.filter((specifier) => !specifier.startsWith(".")),
    };
  });

function roomOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  if (first === "core") return second === "domain" ? "core/domain" : "core";
  return path.includes("/") ? first : path.replace(/\.ts$/, "");
}

/** Offending imports as "file -> import". */
function breaches(
  where: (file: File) => boolean,
  isWrong: (target: string, file: File) => boolean,
): string[] {
  return files
    .filter(where)
    .flatMap((file) =>
      [...file.imports, ...file.packages]
        .filter((target) => isWrong(target, file))
        .map((target) => `${file.path} -> ${target}`),
    );
}

const tops = ["app", "main", "config", "log", "redact"];

describe("the house", () => {
  it("keeps the domain free of everything but itself", () => {
    expect(
      breaches(
        (file) => file.room === "core/domain",
        (target) => roomOf(target) !== "core/domain",
      ),
    ).toEqual([]);
  });

  it("keeps the core free of chat, database, server, schedule and file system", () => {
    const outside =
      /^(node:(?!util)|@slack|discord|@discordjs|undici|lowdb|pg|hono|@hono|node-cron|commander|yaml|pino|prom-client|@resvg|@clack)/;
    expect(
      breaches(
        (file) => file.room.startsWith("core"),
        (target) => outside.test(target) || (target.endsWith(".ts") && !roomOf(target).startsWith("core")),
      ),
    ).toEqual([]);
  });

  it("keeps adapters apart from each other: each imports the core and its own folder", () => {
    expect(
      breaches(
        (file) => !file.room.startsWith("core") && !tops.includes(file.room),
        (target, file) =>
          target.endsWith(".ts") && !roomOf(target).startsWith("core") && roomOf(target) !== file.room,
      ),
    ).toEqual([]);
  });

  it("gives each outside library one home folder", () => {
    const homes = new Map<string, Set<string>>();
    for (const file of files) {
      for (const name of file.packages.filter((one) =>
        /^(@slack|discord|lowdb|node-cron|yaml|pino|pg$|nodemailer|@pydantic|prom-client|@resvg|@clack|commander)/.test(
          one,
        ),
      )) {
        const library = name.startsWith("@slack") ? "@slack" : name.replace(/^discord.*/, "discord");
        homes.set(library, (homes.get(library) ?? new Set()).add(file.room));
      }
    }
    expect([...homes].filter(([, rooms]) => rooms.size > 1)).toEqual([]);
  });

  it("reads the environment in the configuration and the entry alone", () => {
    const readers = files.filter((file) => /process\.env/.test(file.text)).map((file) => file.path);
    expect(readers.filter((path) => !["main.ts"].includes(path) && roomOf(path) !== "config")).toEqual([]);
  });

  it("asks one clock: the present comes in from outside everywhere else", () => {
    const askers = files
      .filter((file) => /Date\.now\(\)|new Date\(\)/.test(file.text))
      .map((file) => file.path);
    expect(askers).toEqual(["main.ts"]);
  });

  it("names a provider in its own files and in the list, nowhere else", () => {
    const elsewhere = files.filter((file) => file.room !== "providers");
    const named = elsewhere.flatMap((file) =>
      providers
        .filter((provider) => new RegExp(`["'\`]${provider.id}["'\`]`).test(file.text))
        .map((provider) => `${file.path}: ${provider.id}`),
    );
    expect(named).toEqual([]);
  });

  it("has no class but the error, no default export, and no drawer called utils", () => {
    expect(
      files
        .filter((file) => /^(export )?(abstract )?class (?!AppError\b)/m.test(file.text))
        .map((file) => file.path),
    ).toEqual([]);
    expect(files.filter((file) => /^export default/m.test(file.text)).map((file) => file.path)).toEqual([]);
    expect(
      files
        .filter((file) => /(^|\/)(utils?|helpers?|misc|common)(\/|\.ts$)/.test(file.path))
        .map((file) => file.path),
    ).toEqual([]);
  });

  it("keeps files short enough to have one job", () => {
    const long = files
      .map((file) => ({ path: file.path, lines: file.text.split("\n").length }))
      .filter((file) => file.lines > 260);
    expect(long).toEqual([]);
  });
});

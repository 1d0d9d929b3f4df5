import { type FileText, resolvePath } from "./files.ts";
import { type Path, type Problem, pathText } from "./problems.ts";

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReferenceSources {
  environment: Environment;
  /** Where relative `${file:PATH}` start. */
  folder: string;
  home: string;
  readText(path: string): Promise<FileText>;
}

/** The text with every reference replaced, or what is wrong with one, without any value. */
type Expanded = { text: string } | { problem: string; circle?: boolean | undefined };

const deepest = 32;
const longest = 1024 * 1024;
/** `$${` is a literal `${`; then whole references; then one that is never closed. */
const reference = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const howTo = `write ${braced("NAME")} for a variable, ${braced("file:PATH")} for a file, $\${ for these two characters`;

/**
 * Replaces `${NAME}` by an environment variable and `${file:PATH}` by the trimmed text of a file, also inside what
 * these hold. A variable that is unset or empty, and one that refers to itself in the end, is a problem.
 */
function createReferences(sources: ReferenceSources): { expand(text: string): Promise<Expanded> } {
  const known = new Map<string, Expanded>();

  async function expand(text: string, chain: readonly string[]): Promise<Expanded> {
    let result = "";
    let end = 0;
    for (const match of text.matchAll(reference)) {
      result += text.slice(end, match.index);
      end = match.index + match[0].length;
      if (match[0] === "$${") {
        result += "${";
        continue;
      }
      const found = await lookUp(match[1]?.trim(), chain);
      if ("problem" in found) return found;
      result += found.text;
      if (result.length > longest) return { problem: "the references in here grow beyond 1 MiB" };
    }
    return { text: result + text.slice(end) };
  }

  async function lookUp(name: string | undefined, chain: readonly string[]): Promise<Expanded> {
    if (name === undefined || !/^([A-Za-z_]\w*|file:.+)$/.test(name)) {
      const holder = chain.at(-1);
      return {
        problem: `${holder === undefined ? "" : `inside ${braced(holder)}: `}not a reference; ${howTo}`,
      };
    }
    const start = chain.indexOf(name);
    if (start >= 0)
      return { problem: `references go in a circle: ${circle(chain.slice(start))}`, circle: true };
    if (chain.length >= deepest)
      return { problem: `${braced(chain[0] ?? name)} leads through too many references` };
    const before = known.get(name);
    if (before !== undefined) return before;
    const holds = await read(name);
    const found = "text" in holds ? await expand(holds.text, [...chain, name]) : holds;
    known.set(name, found);
    return found;
  }

  async function read(name: string): Promise<Expanded> {
    if (name.startsWith("file:")) {
      const found = await sources.readText(resolvePath(name.slice("file:".length).trim(), sources));
      if ("problem" in found) return { problem: `${braced(name)}: ${found.problem}` };
      const text = found.text.trim();
      return text === "" ? { problem: `${braced(name)}: this file is empty` } : { text };
    }
    // Not every name an object answers to is a variable: `constructor` is not.
    const text = Object.hasOwn(sources.environment, name) ? sources.environment[name] : undefined;
    if (text === undefined || text === "") return { problem: `the environment variable ${name} is not set` };
    return { text };
  }

  return { expand: (text) => expand(text, []) };
}

/** The circle, told the same way wherever it was entered. */
function circle(names: readonly string[]): string {
  const first = names.indexOf([...names].sort()[0] ?? "");
  const inOrder = [...names.slice(first), ...names.slice(0, first)];
  return [...inOrder, inOrder[0]].join(" -> ");
}

function braced(name: string): string {
  return `\${${name}}`;
}

/** Settings with their references replaced. */
interface ExpandedSettings {
  value: unknown;
  problems: readonly Problem[];
  /** Whether the text at the path came from elsewhere, in full or in part. */
  isReferred(path: Path): boolean;
  /** Whether the text at the path could not be replaced, so that nothing more can be said about it. */
  isBroken(path: Path): boolean;
}

/** Replaces the references in every text of a tree of plain values; keys stay as they are. */
export async function expandSettings(
  settings: unknown,
  sources: ReferenceSources,
): Promise<ExpandedSettings> {
  const references = createReferences(sources);
  const problems: Problem[] = [];
  const referred = new Set<string>();
  const broken = new Set<string>();

  async function replace(value: unknown, path: Path): Promise<unknown> {
    if (typeof value === "string") return value.includes("${") ? replaceText(value, path) : value;
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const [index, item] of value.entries()) items.push(await replace(item, [...path, index]));
      return items;
    }
    if (typeof value !== "object" || value === null) return value;
    const map: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) map[key] = await replace(item, [...path, key]);
    return map;
  }

  async function replaceText(text: string, path: Path): Promise<string> {
    referred.add(pathText(path));
    const expanded = await references.expand(text);
    if ("text" in expanded) return expanded.text;
    broken.add(pathText(path));
    // A circle is one mistake, however many texts lead into it.
    if (!expanded.circle || !problems.some((problem) => problem.message === expanded.problem)) {
      problems.push({ path, message: expanded.problem });
    }
    return text;
  }

  return {
    value: await replace(settings, []),
    problems,
    isReferred: (path) => referred.has(pathText(path)),
    isBroken: (path) => broken.has(pathText(path)),
  };
}

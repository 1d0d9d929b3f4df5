import { type ErrorCode, LineCounter, parseDocument } from "yaml";
import { tooDeepAt } from "./nesting.ts";
import { createReader, type Place } from "./nodes.ts";
import type { Path, Problem } from "./problems.ts";
import { shield } from "./shield.ts";

interface Position {
  line: number;
  column: number;
}

/** A settings file as plain values, and where in it everything stands. */
export interface Settings {
  /** Maps, lists, texts, numbers, booleans; a key without a value is there with undefined. */
  value: unknown;
  /** Whether it could be read at all; if not, the value is undefined and the problems say why. */
  isYaml: boolean;
  problems: readonly (Problem & { position?: Position | undefined })[];
  /** Position of the key or list item at the path, or of the nearest thing around it that exists. From 1. */
  position(path: Path): Position;
}

/**
 * Reads YAML 1.2 (anchors, aliases and `<<` included) without running into what a hostile file may do: endless
 * nesting, aliases that multiply, tags. Never throws.
 */
export function parseSettings(text: string): Settings {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const tooDeep = tooDeepAt(text);
  if (tooDeep !== undefined) {
    const before = text.slice(0, tooDeep).split("\n");
    const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const problem = { path: [], message: syntaxMessages.RESOURCE_EXHAUSTION ?? syntaxMessage, position };
    return { value: undefined, isYaml: false, problems: [problem], position: () => position };
  }
  const document = parseDocument(shield(text), {
    lineCounter: lines,
    // The library's own messages quote the file, secrets included.
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    resolveKnownTags: false,
  });
  const complaints = document.errors.length > 0 ? document.errors : document.warnings;
  const problems: (Problem & { position?: Position | undefined })[] = [];
  for (const { code, pos } of complaints) {
    const position = positionAt(pos[0]);
    // One slip makes the rest of its line wrong as well.
    if (problems.at(-1)?.position?.line === position.line) continue;
    problems.push({ path: [], message: syntaxMessages[code] ?? syntaxMessage, position });
  }
  if (document.errors.length > 0) {
    return { value: undefined, isYaml: false, problems, position: () => positionAt(0) };
  }

  const reader = createReader(problems, (offset) => positionAt(offset).line);
  const root = reader.read(document.contents, [], 0);
  return {
    value: root.value,
    isYaml: true,
    problems,
    position: (path) => positionAt(offsetOf(root.place, path)),
  };
}

function offsetOf(root: Place, path: Path): number {
  let place = root;
  for (const step of path) {
    const next = place.inside.get(step);
    if (next === undefined) break;
    place = next;
  }
  return place.offset;
}

const syntaxMessage = "this is not YAML; look for a missing quote, bracket, comma or colon";

const syntaxMessages: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: "a backslash in double quotes starts an escape, and this is none; use single quotes",
  BAD_INDENT: "the indentation does not fit the lines around it, or a bracket is not closed",
  BAD_SCALAR_START: "text that starts with @, ` or % must be in quotes",
  BLOCK_AS_IMPLICIT_KEY: "two keys in one line; text that holds a colon and a space must be in quotes",
  MULTIPLE_DOCS: "the file holds several documents; remove the line ---",
  NON_STRING_KEY: "a key must be a word",
  RESOURCE_EXHAUSTION: "nested too deeply",
  TAB_AS_INDENT: "indent with spaces; tabs do not count",
  TAG_RESOLVE_FAILED: "text that starts with ! must be in quotes",
};

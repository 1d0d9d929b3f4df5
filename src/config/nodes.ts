import { isAlias, isMap, isNode, isScalar, isSeq, type Pair } from "yaml";
import { type Path, type Problem, unknownKey } from "./problems.ts";
import { unshield } from "./shield.ts";

/** Where a value stands, and what is in it. */
export interface Place {
  offset: number;
  inside: Map<string | number, Place>;
}

const deepest = 32;
/** Values that aliases may copy, all together; keeps a few lines from growing into millions. */
const mostCopies = 200_000;

interface Read {
  value: unknown;
  place: Place;
}

/**
 * Turns parsed YAML into plain values that share nothing, with the place of each. What it refuses (aliases that lead
 * nowhere, to themselves or to too much; endless depth; keys written twice) goes to `problems` and counts as absent.
 */
export function createReader(
  problems: Problem[],
  lineAt: (offset: number) => number,
): { read(node: unknown, path: Path, offset: number): Read } {
  const anchors = new Map<string, unknown>();
  const aliasesAround: unknown[] = [];
  let copies = 0;

  function read(node: unknown, path: Path, offset: number): Read {
    if (isAlias(node)) return readAlias(node.source, path, node.range?.[0] ?? offset);
    if (aliasesAround.length > 0) copies++;
    const place: Place = { offset, inside: new Map() };
    if (path.length > deepest) return refuse(place, path, "nested too deeply");
    if (isMap(node)) {
      remember(node);
      return { value: readMap(node.items, path, place), place };
    }
    if (isSeq(node)) {
      remember(node);
      const items = node.items.map((item, index) => {
        const found = read(item, [...path, index], startOf(item, offset));
        place.inside.set(index, found.place);
        return found.value;
      });
      return { value: items, place };
    }
    if (!isScalar(node)) return { value: undefined, place };
    remember(node);
    return {
      value: typeof node.value === "string" ? unshield(node.value) : (node.value ?? undefined),
      place,
    };
  }

  function remember(node: { anchor?: string | undefined }): void {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
  }

  function refuse(place: Place, path: Path, message: string): Read {
    problems.push({ path, message });
    return { value: undefined, place };
  }

  function readAlias(name: string, path: Path, offset: number): Read {
    const place: Place = { offset, inside: new Map() };
    const node = anchors.get(name);
    if (node === undefined) {
      return refuse(
        place,
        path,
        "text that starts with * must be in quotes; as an alias it has no anchor above it",
      );
    }
    if (aliasesAround.includes(node)) return refuse(place, path, "this alias contains itself");
    if (copies > mostCopies) {
      // Said once: everything after it would be refused too.
      if (copies === Number.POSITIVE_INFINITY) return { value: undefined, place };
      copies = Number.POSITIVE_INFINITY;
      return refuse(place, path, "the aliases up to here copy too much");
    }
    aliasesAround.push(node);
    const found = read(node, path, offset);
    aliasesAround.pop();
    return found;
  }

  function readMap(pairs: readonly Pair[], path: Path, place: Place): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    const written = new Map<string, number>();
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? unshield(String(key.value ?? "")) : "";
      const offset = startOf(key, place.offset);
      if (name === "<<") {
        const source = read(value, path, offset);
        if (isObject(source.value)) addMissing(map, place, source);
        else problems.push({ path, message: "<< takes an alias of a map, like `<<: *name`" });
        continue;
      }
      const earlier = written.get(name);
      written.set(name, offset);
      const { value: content, place: found } = read(value, [...path, name], offset);
      place.inside.set(name, { ...found, offset });
      if (name === "__proto__") problems.push(unknownKey(path, name, []));
      else map[name] = content;
      if (earlier !== undefined) {
        problems.push({
          path: [...path, name],
          message: `written twice; the first is in line ${lineAt(earlier)}`,
        });
      }
    }
    return map;
  }

  /** What `<<` brings in, a map or a list of maps: keys that are not there yet. */
  function addMissing(map: Record<string, unknown>, place: Place, source: Read): void {
    if (Array.isArray(source.value)) {
      source.value.forEach((value, index) => {
        const found = source.place.inside.get(index);
        if (found !== undefined) addMissing(map, place, { value, place: found });
      });
    } else if (isObject(source.value)) {
      for (const [name, value] of Object.entries(source.value)) {
        const found = source.place.inside.get(name);
        if (Object.hasOwn(map, name) || found === undefined) continue;
        map[name] = value;
        place.inside.set(name, found);
      }
    }
  }

  return { read };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function startOf(node: unknown, otherwise: number): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? otherwise;
}

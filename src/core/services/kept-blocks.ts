import type { Block, Blocks } from "../domain/block.ts";
import type { RefusalKind } from "../domain/limit-report.ts";
import type { Instant } from "../domain/quota.ts";
import { AppError } from "../errors.ts";
import type { Clock, Log, Settings } from "../ports.ts";

/** Blocks as they are stored, for restarts and for other processes. */
export interface KeptBlocks {
  /** Takes note that the block under this key has changed or ended, to be stored. */
  note(key: string): void;
  /** Resolves when everything noted so far is durable; throws store_unavailable. What failed is tried with the next. */
  written(): Promise<void>;
  /** Takes in what other processes have stored. Never throws. */
  refresh(): Promise<void>;
}

const key = "blocked pools";
/** So many are remembered and stored: of more, those that end last. */
export const mostBlocks = 500;
/** So many milliseconds a block whose end was guessed is remembered after it, as the next guess goes by it. */
const memory = 3_600_000;
const attempts = 8;

/** Keeps all blocks in one value. Whatever is noted while it is being written goes together into the next write. */
export function createKeptBlocks(options: {
  blocks: Pick<Blocks, "find" | "put" | "all">;
  settings: Pick<Settings, "get" | "swap">;
  /** Called with the keys of blocks that another process has changed. */
  onChange: (keys: readonly string[]) => void;
  clock: Clock;
  log: Log;
}): KeptBlocks {
  const { blocks, settings, clock, log } = options;
  const noted = new Set<string>();
  /** Those of them that are being stored: what is read meanwhile does not have them yet. */
  const underWay = new Set<string>();
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  async function write(): Promise<void> {
    const keys = [...noted];
    noted.clear();
    if (keys.length === 0) return;
    for (const changed of keys) underWay.add(changed);
    try {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const stored = await settings.get(key);
        const merged = new Map(parse(stored));
        for (const changed of keys) merge(merged, changed, blocks.find(changed));
        if (!(await settings.swap(key, stored, toValue(merged, clock.now())))) continue;
        underWay.clear();
        adopt(merged);
        return;
      }
      throw new AppError("store_unavailable", "Too many processes store blocks at the same time.");
    } catch (error) {
      underWay.clear();
      for (const changed of keys) noted.add(changed);
      throw error;
    }
  }

  function isOurs(of: string): boolean {
    return noted.has(of) || underWay.has(of);
  }

  /** Makes what is stored known here; what is noted here and not stored yet is newer. */
  function adopt(stored: ReadonlyMap<string, Block>): void {
    const changed: string[] = [];
    for (const [of, block] of stored) {
      const before = blocks.find(of);
      if (isOurs(of) || (before?.until === block.until && before.guesses === block.guesses)) continue;
      blocks.put(of, block);
      changed.push(of);
    }
    for (const [of, block] of [...blocks.all()]) {
      if (isOurs(of) || stored.has(of) || block.until <= clock.now()) continue;
      blocks.put(of, undefined);
      changed.push(of);
    }
    if (changed.length > 0) options.onChange(changed);
  }

  async function written(): Promise<void> {
    if (noted.size === 0 && next === undefined) return await writing;
    next ??= writing
      .catch(() => {})
      .then(() => {
        next = undefined;
        writing = write();
        return writing;
      });
    return await next;
  }

  return {
    note: (changed) => void noted.add(changed),
    written,
    async refresh() {
      try {
        // What could not be stored before is tried again first.
        await written();
        adopt(parse(await settings.get(key)));
      } catch (error) {
        log.warn({ error }, "What other processes have blocked could not be read.");
      }
    },
  };
}

/** Of two blocks of one pool the one that lasts longer holds; one that a reading has ended here is over. */
function merge(stored: Map<string, Block>, of: string, mine: Block | undefined): void {
  const other = stored.get(of);
  if (mine === undefined) stored.delete(of);
  else if (other === undefined || other.until <= mine.until || mine.guesses < other.guesses)
    stored.set(of, mine);
}

function toValue(blocks: ReadonlyMap<string, Block>, now: Instant): Record<string, Block> {
  const lasting = [...blocks].filter(([, { until, guesses }]) => until > now - (guesses > 0 ? memory : 0));
  lasting.sort(([, a], [, b]) => b.until - a.until);
  return Object.fromEntries(lasting.slice(0, mostBlocks));
}

const kinds: ReadonlySet<unknown> = new Set<RefusalKind>(["quota", "rate", "capacity"]);

/** What was stored, without what makes no sense. */
function parse(value: unknown): Map<string, Block> {
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(
    Object.entries(value).filter((entry): entry is [string, Block] => {
      const block = entry[1] as Partial<Block> | null;
      if (typeof block?.until !== "number" || typeof block.guesses !== "number") return false;
      return (
        typeof block.at === "number" && kinds.has(block.why?.kind) && typeof block.why?.reason === "string"
      );
    }),
  );
}

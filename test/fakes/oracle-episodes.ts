import type { Instant } from "../../src/core/domain/quota.ts";
import type { Watched } from "./alert-channels.ts";
import type { Read } from "./alert-plot.ts";

/** A level that a window reached, so that it had to be told. */
export interface Raise {
  at: Instant;
  level: number;
  /** When it had been seen so that it had to be; absent: what only a process saw that died then could not be told. */
  due?: Instant | undefined;
  silent: boolean;
}

/** From when a window first reached a threshold until it was over. */
export interface Episode {
  account: string;
  window: string;
  instance: number;
  raises: Raise[];
  /** The answers of which at the latest it was known to be over. */
  endedAt?: Instant | undefined;
  /** The news that it is back: due, or allowed. */
  back?: { from: Instant; must: boolean } | undefined;
  /** Whether it was over, and perhaps began again, without anybody being sure to have seen it. */
  vague?: boolean | undefined;
}

export interface Seen {
  at: Instant;
  used: number;
  instance: number;
  missed: boolean;
  /** Whether something that lasts as long was exhausted; undefined: that cannot be told. */
  blocked: boolean | undefined;
  first: boolean;
}

/** The answers that say something of a window. */
export function seenOf(reads: readonly Read[], window: string): Seen[] {
  const seen: Seen[] = [];
  let isKnown = false;
  /** By window, what was last known to be used of which instance. */
  const last = new Map<string, { used: number; instance: number }>();
  for (const { at, answers, missed } of reads) {
    const first = !isKnown;
    if (answers.some(({ used }) => used !== undefined)) isKnown = true;
    const before = new Map(last);
    for (const one of answers) {
      const known = before.get(one.window);
      if (one.used === undefined || (one.glitch && known?.instance === one.instance)) continue;
      last.set(one.window, { used: one.used, instance: one.instance });
    }
    const own = answers.find((one) => one.window === window);
    if (own?.used === undefined || (own.glitch && before.get(window)?.instance === own.instance)) continue;
    const others = answers.filter(
      (one) => one.window !== window && one.scope === undefined && one.lengthSeconds >= own.lengthSeconds,
    );
    const isFull = (one: (typeof others)[0]) => (last.get(one.window)?.used ?? 0) >= 100;
    const isSure = (one: (typeof others)[0]) =>
      last.get(one.window)?.instance === one.instance && one.used !== undefined && !one.glitch;
    // Whether it is over has to show twice.
    const isJustOver = (one: (typeof others)[0]) =>
      (before.get(one.window)?.used ?? 0) >= 100 && before.get(one.window)?.instance !== one.instance;
    const hidden = [...last.keys()].some(
      (name) =>
        name !== window && !answers.some((one) => one.window === name) && (last.get(name)?.used ?? 0) >= 100,
    );
    const blocked = others.some((one) => isFull(one) && isSure(one))
      ? true
      : hidden || others.some((one) => (isFull(one) && !isSure(one)) || isJustOver(one))
        ? undefined
        : false;
    seen.push({ at, used: own.used, instance: own.instance, missed, blocked, first });
  }
  return seen;
}

/** From when to when a window stood at thresholds that the channel is told of, as the answers said. */
export function episodesOf(
  account: string,
  window: string,
  seen: readonly Seen[],
  { rule }: Watched,
): Episode[] {
  const episodes: Episode[] = [];
  let open: Episode | undefined;
  let level = 0;
  /** What the level is for who knows only what was seen for sure: that is not told again. */
  let known = 0;
  let instance = seen[0]?.instance;
  const levelOf = (used: number, before: number) =>
    Math.max(0, ...rule.at.filter((mark) => used >= mark || (mark <= before && used > mark - 5)));
  /** The first two answers from this one on that were seen for sure, as far as they are of the same instance. */
  const sureFrom = (index: number) => {
    const sure = seen.slice(index).filter(({ missed }) => !missed);
    const [first, second] = sure
      .slice(0, 2)
      .map((one) => (one.instance === seen[index]?.instance ? one : undefined));
    return [first, first && second] as const;
  };
  /** When it is so, whatever becomes of this look: seen once, or twice where the window looked just begun. */
  const dueFrom = (index: number, wanted: number): Instant | undefined => {
    const [first, second] = sureFrom(index);
    const isFresh = !seen.some(
      (one) => one.instance === seen[index]?.instance && !one.missed && one.at < (first?.at ?? 0),
    );
    const isBegun = seen[0]?.instance !== seen[index]?.instance;
    const needed = isFresh && isBegun ? [first, second] : [first];
    // Whoever has not seen it at once does not know that it was more.
    const from = seen[index]?.missed ? 0 : wanted;
    return needed.every((one) => one !== undefined && levelOf(one.used, from) >= wanted)
      ? needed.at(-1)?.at
      : undefined;
  };
  for (const [index, one] of seen.entries()) {
    const { at, used, first } = one;
    if (one.instance !== instance && open !== undefined) {
      // Whether it is over may show only in the answer after this one.
      const [once, twice] = sureFrom(index);
      open.endedAt = twice?.at ?? once?.at ?? at;
      open.vague = once === undefined;
      const looks = [one, once, twice].filter((look) => look !== undefined);
      const isLess = (look: Seen) => levelOf(look.used, 0) < level;
      // Who has missed something does not know what keeps it from being back.
      const may = one.missed || looks.some((look) => look.blocked !== true && isLess(look));
      const must = twice !== undefined && looks.every((look) => look.blocked === false && isLess(look));
      const loud = open.raises.filter(({ silent }) => !silent);
      if (loud.length > 0 && may) {
        open.back = { from: at, must: must && loud.some(({ due }) => due !== undefined && due < at) };
      }
      open = undefined;
    }
    if (one.instance !== instance) {
      instance = one.instance;
      level = 0;
      known = 0;
    }
    const before = level;
    const knownBefore = known;
    level = levelOf(used, before);
    if (!one.missed) known = Math.max(level, levelOf(used, known));
    if (level === 0 && open !== undefined) {
      open.endedAt = at;
      open.vague = one.missed;
      // A fall that nobody watched looks sudden, and that may be news.
      if (one.missed || seen[index - 1]?.missed) open.back = { from: at, must: false };
      open = undefined;
    }
    if (level === 0 || level <= before) continue;
    if (open === undefined) {
      open = { account, window, instance: one.instance, raises: [] };
      episodes.push(open);
    }
    // A first look that nobody finished may be made up for by one that is not the first.
    const isNoted = first && used < 100;
    const isNews = !(isNoted && one.missed) && !episodes.at(-2)?.vague && level > knownBefore;
    const due = isNews ? dueFrom(index, level) : undefined;
    open.raises.push({ at, level, due, silent: isNoted && !one.missed });
  }
  return episodes;
}

import { quietUntil } from "../../src/core/domain/quiet-hours.ts";
import type { Instant } from "../../src/core/domain/quota.ts";
import { night, type Read, type Told, type Watched } from "./alert-history.ts";
import type { Told as Row } from "./alert-house.ts";

const minutes = 60_000;
const hours = 60 * minutes;

/**
 * Says what is wrong with what channels were told, given what truly happened: every alert that was due must be there,
 * once, and nothing else. Written from the rules, not from the program; it knows the windows' true resets, of which
 * the program only sees what the provider tells.
 */
export function faultsOf(history: Told): string[] {
  return history.watched.flatMap((watched) => {
    const rows = readChannel(watched, history);
    return [
      ...rows.faults,
      ...quotaFaults(watched, history, rows.tellings),
      ...stateFaults(watched, history, rows.tellings),
      ...rateFaults(history, rows.tellings),
      ...movedFaults(watched, history, rows.tellings),
      ...mannerFaults(watched, history),
    ].map((fault) => `${watched.channel.id}: ${fault}`);
  });
}

/** Something that the channel had not been shown before: an incident in a version of its own. */
interface Telling extends Row {
  toldAt: Instant;
  where: string;
  posted: boolean;
  /** When what it is about was so, as near as the channel could see. */
  about: Instant;
}

/** What the channel was shown, in order; a post that says again what was said is a fault. */
function readChannel(
  { channel, isBlind }: Watched,
  history: Told,
): { tellings: Telling[]; faults: string[] } {
  const messages = [
    ...channel.posts.map((post) => ({ ...post, posted: true })),
    ...channel.edits.map((edit) => ({ ...edit, posted: false })),
  ].sort((a, b) => a.at - b.at);
  const seen = new Map<string, { version: number; where: string; about: Instant }>();
  const tellings: Telling[] = [];
  const faults: string[] = [];
  let doubled = 0;
  for (const { at, where, told, posted } of messages) {
    for (const row of told) {
      const before = seen.get(row.key);
      if (before === undefined || row.version > before.version) {
        const about = before?.about ?? (row.endedAt === undefined ? row.event.at : row.openedAt);
        seen.set(row.key, { version: row.version, where, about });
        tellings.push({ ...row, toldAt: at, where, posted, about });
      } else if (posted && !channel.gone.has(before.where)) {
        doubled += 1;
        if (channel.find === undefined || isBlind || channel.edit === undefined) continue;
        faults.push(`told twice: ${row.key} v${row.version} at ${iso(at)}`);
      }
    }
  }
  // A process that dies between a post and its mark may have it posted again, where nobody can look.
  if (doubled > 0 && history.kills === 0) faults.push(`${doubled} told twice though no process died`);
  return { tellings, faults };
}

/** A level that a window reached, so that it had to be told. */
interface Raise {
  at: Instant;
  level: number;
  /** Whether it had to be: what only a process saw that died then could not be told. */
  must: boolean;
  silent: boolean;
}

/** From when a window first reached a threshold until it was over. */
interface Episode {
  account: string;
  window: string;
  instance: number;
  raises: Raise[];
  /** The answers of which at the latest it was known to be over. */
  endedAt?: Instant | undefined;
  /** The news that it is back: due, or allowed. */
  back?: { from: Instant; must: boolean } | undefined;
}

interface Seen {
  at: Instant;
  used: number;
  instance: number;
  missed: boolean;
  /** Whether something that lasts as long was exhausted; undefined: that cannot be told. */
  blocked: boolean | undefined;
  first: boolean;
}

function quotaFaults(watched: Watched, history: Told, tellings: readonly Telling[]): string[] {
  const { rule } = watched;
  const accounts = [...new Set(history.reads.map(({ account }) => account))].filter(
    (account) => rule.accounts.includes("*") || rule.accounts.includes(account),
  );
  const faults: string[] = [];
  const expected = accounts.flatMap((account) => {
    const reads = history.reads.filter((read) => read.account === account);
    const windows = [...new Set(reads.flatMap(({ answers }) => answers.map(({ window }) => window)))];
    return windows
      .filter((window) => rule.windows?.includes(window) ?? true)
      .flatMap((window) => episodesOf(account, window, seenOf(reads, window), watched));
  });
  const quotas = tellings.filter(({ subject }) => subject.startsWith("quota|"));
  for (const telling of quotas) {
    const reads = history.reads.filter(({ account }) => account === telling.event.account);
    const instance = instanceAt(reads, telling);
    const ours = expected.filter(
      (one) =>
        one.account === telling.event.account &&
        one.window === telling.event.window?.id &&
        one.instance === instance,
    );
    const raised = ours
      .flatMap(({ raises }) => raises)
      .filter(({ at, silent }) => !silent && at <= telling.toldAt);
    if (!raised.some(({ level }) => level >= telling.level))
      faults.push(`false: ${telling.key} ${telling.level} at ${iso(telling.toldAt)}`);
  }
  const claimed = new Set<Telling>();
  for (const episode of expected) {
    const name = `${episode.account} ${episode.window} #${episode.instance}`;
    const reads = history.reads.filter(({ account }) => account === episode.account);
    const ours = quotas.filter(
      (telling) =>
        telling.event.account === episode.account &&
        telling.event.window?.id === episode.window &&
        instanceAt(reads, telling) === episode.instance &&
        telling.openedAt >= (episode.raises[0]?.at ?? 0) &&
        telling.openedAt <= (episode.endedAt ?? history.end) + lagOf(history),
    );
    for (const telling of ours) claimed.add(telling);
    const loud = episode.raises.filter(({ silent }) => !silent);
    for (const { at, level, must } of loud) {
      if (!must) continue;
      const told = ours.find(({ toldAt }) => toldAt >= at);
      if (told === undefined) faults.push(`missing: ${name} ${level} due at ${iso(at)}`);
      else if (isPlain(watched, history) && told.toldAt > at + 1000)
        faults.push(`late: ${name} ${level}, due at ${iso(at)}, told at ${iso(told.toldAt)}`);
    }
    const keys = new Set(ours.map(({ key }) => key));
    if (keys.size > 1) faults.push(`${keys.size} incidents of ${name}: ${[...keys].join(", ")}`);
    const posts = ours.filter(({ posted }) => posted).length;
    const isLost = watched.isBlind && history.plot.weather;
    const most = watched.channel.edit === undefined || isLost ? loud.length : 1 + watched.channel.gone.size;
    if (posts > most) faults.push(`${posts} posts of ${name}, which was raised ${loud.length} times`);
    faults.push(...endFaults(watched, history, episode, ours));
  }
  for (const telling of quotas) if (!claimed.has(telling)) faults.push(`nobody's: ${telling.key}`);
  return [...faults, ...backFaults(watched, history, expected, tellings)];
}

/** Whether nothing kept the channel from being told at once. */
function isPlain({ channel, quiet }: Watched, { plot }: Told): boolean {
  const isSteady = !plot.weather && !plot.restarts && !plot.early && !plot.moves && plot.jitter === 0;
  const isAlone = plot.replicas === 1;
  const isCapped = channel.posts.some((post, index) => post.at - (channel.posts[index - 3]?.at ?? 0) < hours);
  return isSteady && isAlone && !quiet && !isCapped && !plot.deletions;
}

/** So much later other processes hear of a read. */
function lagOf({ plot }: Told): number {
  return plot.replicas > 1 ? 3 * minutes : 0;
}

/** What is over has to be shown so, where a message can be changed, and nothing else. */
function endFaults(
  { channel, isBlind }: Watched,
  history: Told,
  episode: Episode,
  ours: readonly Telling[],
): string[] {
  const last = ours.at(-1);
  if (last === undefined || channel.edit === undefined) return [];
  // Where a post stands whose answer was lost nobody knows.
  if (isBlind && history.plot.weather) return [];
  const { where, key } = last;
  if (ours.some((telling) => channel.gone.has(telling.where))) return [];
  const row = channel.shown(where).find((one) => one.key === key);
  if (row === undefined) return [];
  const isOver = episode.endedAt !== undefined && episode.endedAt < history.end - hours;
  if (isOver && row.endedAt === undefined) return [`${key} is over and not shown so`];
  if (episode.endedAt === undefined && row.endedAt !== undefined)
    return [`${key} goes on and is shown to be over`];
  return [];
}

function backFaults(
  watched: Watched,
  history: Told,
  expected: readonly Episode[],
  tellings: readonly Telling[],
): string[] {
  const faults: string[] = [];
  const news = tellings.filter(({ subject }) => subject.startsWith("back|"));
  const used = new Set<Telling>();
  for (const episode of expected) {
    const found = news.filter((telling) => {
      const { event, openedAt } = telling;
      const isOurs = event.account === episode.account && event.window?.id === episode.window;
      const from = episode.raises[0]?.at ?? 0;
      return (
        isOurs &&
        (event.since ?? 0) >= from &&
        (event.since ?? 0) <= (episode.endedAt ?? history.end) &&
        openedAt > from
      );
    });
    for (const telling of found) used.add(telling);
    const name = `${episode.account} ${episode.window} #${episode.instance}`;
    if (found.length > 1) faults.push(`${name} is back ${found.length} times`);
    if (found.length > 0 && (episode.back === undefined || !watched.rule.resets))
      faults.push(`${name} is said to be back at ${iso(found[0]?.toldAt ?? 0)}`);
    if (found.length === 0 && episode.back?.must && watched.rule.resets)
      faults.push(`${name} is back, which nobody says; due at ${iso(episode.back.from)}`);
  }
  for (const telling of news) if (!used.has(telling)) faults.push(`nobody's: ${telling.key}`);
  return faults;
}

/** Which of the window's instances an incident is about: that of the last answer before it was so. */
function instanceAt(reads: readonly Read[], { about: at, event }: Telling): number | undefined {
  const read = reads.findLast(
    (one) =>
      one.at <= at &&
      one.answers.some(
        ({ window, used, glitch }) => window === event.window?.id && used !== undefined && !glitch,
      ),
  );
  return read?.answers.find(({ window }) => window === event.window?.id)?.instance;
}

/** The answers that say something of a window. */
function seenOf(reads: readonly Read[], window: string): Seen[] {
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
    const hidden = [...last.keys()].some(
      (name) =>
        name !== window && !answers.some((one) => one.window === name) && (last.get(name)?.used ?? 0) >= 100,
    );
    const blocked = others.some((one) => isFull(one) && isSure(one))
      ? true
      : hidden || others.some((one) => isFull(one) && !isSure(one))
        ? undefined
        : false;
    seen.push({ at, used: own.used, instance: own.instance, missed, blocked, first });
  }
  return seen;
}

function episodesOf(account: string, window: string, seen: readonly Seen[], { rule }: Watched): Episode[] {
  const episodes: Episode[] = [];
  let open: Episode | undefined;
  let level = 0;
  let instance = seen[0]?.instance;
  const levelOf = (used: number, before: number) =>
    Math.max(0, ...rule.at.filter((mark) => used >= mark || (mark <= before && used > mark - 5)));
  /** Whether what was seen here is seen again, so that it is told whatever becomes of this look. */
  const isSure = (index: number, wanted: number) => {
    const later = seen.slice(index).find(({ missed }) => !missed);
    return (
      later !== undefined && later.instance === seen[index]?.instance && levelOf(later.used, wanted) >= wanted
    );
  };
  for (const [index, one] of seen.entries()) {
    const { at, used, first } = one;
    if (one.instance !== instance && open !== undefined) {
      // Whether it is over may show only in the answer after this one.
      const next = seen.slice(index + 1).find(({ missed }) => !missed);
      const isSeenTwice = next !== undefined && next.instance === one.instance;
      open.endedAt = isSeenTwice ? next.at : at;
      const wasTold = open.raises.some(({ silent }) => !silent);
      const mustHave = open.raises.some(({ silent, must }) => !silent && must);
      const looks = [one, ...(isSeenTwice ? [next] : [])];
      const may = looks.some((look) => look.blocked !== true && levelOf(look.used, 0) < level);
      const must =
        isSeenTwice && looks.every((look) => look.blocked === false && levelOf(look.used, 0) < level);
      if (wasTold && may) open.back = { from: at, must: must && mustHave };
      open = undefined;
    }
    if (one.instance !== instance) {
      instance = one.instance;
      level = 0;
    }
    const before = level;
    level = levelOf(used, before);
    if (level === 0 && open !== undefined) {
      open.endedAt = at;
      open = undefined;
    }
    if (level === 0 || level <= before) continue;
    if (open === undefined) {
      open = { account, window, instance: one.instance, raises: [] };
      episodes.push(open);
    }
    const previous = index > 0 && seen[index - 1]?.instance !== one.instance;
    const must = isSure(index, level) && (!previous || isSure(index + 1, 0));
    // A first look that nobody finished may be made up for by one that is not the first.
    const isNoted = first && used < 100;
    open.raises.push({ at, level, must: must && !(isNoted && one.missed), silent: isNoted && !one.missed });
  }
  return episodes;
}

/** Accounts that need a person, and sources that are silent: each told once for every time that it was so. */
function stateFaults({ rule }: Watched, history: Told, tellings: readonly Telling[]): string[] {
  const accounts = [...new Set(history.reads.map(({ account }) => account))].filter(
    (account) => rule.accounts.includes("*") || rule.accounts.includes(account),
  );
  return accounts.flatMap((account) => {
    const reads = history.reads.filter((read) => read.account === account);
    const ours = tellings.filter(({ event }) => event.account === account);
    return [
      ...spellFaults(
        `${account} signed out`,
        signedOut(reads, history),
        ours,
        `state|${account}|account.signed_out`,
      ),
      ...spellFaults(`${account} stale`, staleSpells(reads, history), ours, `stale|${account}`),
    ];
  });
}

/** A time in which something was so; `must`: it had to be told. */
interface Spell {
  from: Instant;
  to: Instant;
  must: boolean;
}

function spellFaults(
  name: string,
  spells: readonly Spell[],
  tellings: readonly Telling[],
  subject: string,
): string[] {
  const rows = tellings.filter((telling) => telling.subject === subject);
  const faults: string[] = [];
  for (const { from, to, must } of spells) {
    const keys = new Set(
      rows.filter(({ openedAt }) => openedAt >= from && openedAt <= to).map(({ key }) => key),
    );
    if (must && keys.size === 0) faults.push(`missing: ${name} from ${iso(from)}`);
    if (keys.size > 1) faults.push(`${name} told ${keys.size} times, from ${iso(from)} to ${iso(to)}`);
  }
  for (const { key, openedAt, toldAt } of rows) {
    if (!spells.some(({ from, to }) => openedAt >= from && openedAt <= to))
      faults.push(`false: ${key} at ${iso(toldAt)}`);
  }
  return faults;
}

/** Reads that say so, up to the next that succeeds; those that fail otherwise in between change nothing. */
function signedOut(reads: readonly Read[], history: Told): Spell[] {
  const { end } = history;
  const spells: Spell[] = [];
  let open: Spell | undefined;
  let wasWell = false;
  for (const { at, state, missed } of reads) {
    if (state === "ok") {
      wasWell = true;
      if (open !== undefined) open.to = at + lagOf(history);
      open = undefined;
    } else if (state === "auth_expired" && wasWell) {
      if (open === undefined) {
        open = { from: at, to: end, must: false };
        spells.push(open);
      }
      open.must ||= !missed;
    }
  }
  return spells;
}

/** From when numbers are older than half an hour and three intervals, while reads fail, to the next that succeeds. */
function staleSpells(reads: readonly Read[], history: Told): Spell[] {
  const { end, plot, sweeps } = history;
  const limit = Math.max(3 * plot.interval, 30) * minutes;
  const good = reads.filter(({ state }) => state === "ok");
  return good.flatMap(({ at }, index): Spell[] => {
    const next = good[index + 1]?.at ?? end;
    const to = next + lagOf(history);
    const failed = reads.find((read) => read.at > at && read.at < to && read.state !== "ok");
    if (failed === undefined) return [];
    const from = Math.max(at + limit, failed.at);
    const looks = [...reads.filter((read) => !read.missed).map((read) => read.at), ...sweeps];
    // While it needs a person nobody has to be told that its numbers are old.
    const signedOutAt = (look: Instant) =>
      reads.findLast((read) => read.at <= look)?.state === "auth_expired";
    const isSeen = looks.some((look) => look > from + minutes && look < next && !signedOutAt(look));
    return from > to
      ? []
      : [{ from, to, must: isSeen && (plot.restarts !== "killed" || to - from > 3 * hours) }];
  });
}

/** A window that runs out is told once; one that is run on rose that fast in truth. */
function rateFaults({ reads, plot }: Told, tellings: readonly Telling[]): string[] {
  const faults: string[] = [];
  const first = new Map<string, string>();
  for (const telling of tellings) {
    const { account, window } = telling.event;
    const own = reads.filter((read) => read.account === account);
    const name = `${account} ${window?.id} #${instanceAt(own, telling)}`;
    const isNew = telling.endedAt === undefined;
    if (telling.subject.startsWith("running-out|") && isNew) {
      const key = first.get(name) ?? telling.key;
      if (key !== telling.key) faults.push(`${name} runs out twice: ${key}, ${telling.key}`);
      first.set(name, key);
    }
    if (!telling.subject.startsWith("runaway|") || !isNew) continue;
    const seen = seenOf(own, window?.id ?? "");
    const now = seen.findLast(({ at }) => at <= telling.openedAt);
    const isRun = seen.some((one) => {
      if (now === undefined || one.instance !== now.instance || one.at >= now.at) return false;
      // One odd answer in between hides how fast it was, and a small part of how much.
      return now.at - one.at <= 50 * minutes && now.used - one.used > 9.9;
    });
    if (!isRun && plot.replicas === 1) faults.push(`false: ${telling.key} at ${iso(telling.toldAt)}`);
  }
  return faults;
}

/** Resets that moved while their window went on: told once, when two answers in a row had agreed on each place. */
function movedFaults({ rule }: Watched, { reads, plot }: Told, tellings: readonly Telling[]): string[] {
  const rows = tellings.filter(({ subject }) => subject.startsWith("moved|"));
  const used = new Set<Telling>();
  const faults: string[] = [];
  for (const account of new Set(reads.map((read) => read.account))) {
    const own = reads.filter((read) => read.account === account && read.state === "ok");
    for (const window of new Set(own.flatMap(({ answers }) => answers.map((one) => one.window)))) {
      const answers = own.map(({ at, missed, answers }) => ({
        at,
        missed,
        ...answers.find((one) => one.window === window),
      }));
      for (const [index, fresh] of answers.entries()) {
        const [before, old, next] = [answers[index - 2], answers[index - 1], answers[index + 1]];
        const past = answers.slice(0, index).findLast((one) => one.used !== undefined && !one.glitch);
        if (past?.resetsAt === undefined || fresh.resetsAt === undefined || past.instance !== fresh.instance)
          continue;
        const { resetsAt: to } = fresh;
        if (Math.abs(past.resetsAt - to) <= 10 * minutes - 2 * plot.jitter) continue;
        const found = rows.filter(({ event, openedAt }) => {
          const isOurs = event.account === account && event.window?.id === window && openedAt >= fresh.at;
          return isOurs && Math.abs((event.moved?.to ?? 0) - to) <= plot.jitter;
        });
        for (const telling of found) used.add(telling);
        const name = `${account} ${window} moved to ${iso(to)}`;
        if (found.length > 1) faults.push(`${name}: told ${found.length} times`);
        const four = [before, old, fresh, next];
        const isPlain = four.every(
          (one) =>
            one?.used !== undefined &&
            one.used > 0 &&
            !one.glitch &&
            !one.missed &&
            one.instance === fresh.instance,
        );
        const isSteady = before?.resetsAt === past.resetsAt && next?.resetsAt === to;
        const isClear = Math.abs(past.resetsAt - to) > 10 * minutes + 2 * plot.jitter;
        const isWanted = rule.windows?.includes(window) ?? true;
        const isAccount = rule.accounts.includes("*") || rule.accounts.includes(account);
        const isEarly = past.resetsAt > fresh.at + 10 * minutes + plot.jitter;
        const must = isPlain && isSteady && isClear && isWanted && isAccount && isEarly;
        if (must && found.length === 0) faults.push(`missing: ${name} at ${iso(fresh.at)}`);
      }
    }
  }
  for (const telling of rows) if (!used.has(telling)) faults.push(`false: ${telling.key}`);
  return faults;
}

/** No more messages in an hour than allowed, in quiet hours only what is urgent, and no haste when asked to wait. */
function mannerFaults({ channel, quiet }: Watched, { mostPosts, calm, kills, plot }: Told): string[] {
  const faults: string[] = [];
  for (const [index, post] of channel.posts.entries()) {
    const before = channel.posts[index - mostPosts];
    // When a post of which there was no word arrived nobody can tell exactly.
    const isCounted = !plot.weather && kills === 0;
    if (isCounted && before !== undefined && post.at - before.at < hours)
      faults.push(`too many posts at ${iso(post.at)}`);
    const isNight = quiet && post.at < calm && quietUntil(night, post.at) !== undefined;
    if (isNight && !post.told.some(({ event }) => event.type === "quota.exhausted"))
      faults.push(`not urgent, in quiet hours: ${iso(post.at)}`);
  }
  if (channel.hasty > 0 && kills === 0 && plot.replicas === 1)
    faults.push(`${channel.hasty} times too hasty`);
  return faults;
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}

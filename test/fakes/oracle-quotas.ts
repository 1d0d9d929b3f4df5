import type { Instant } from "../../src/core/domain/quota.ts";
import type { Watched } from "./alert-channels.ts";
import type { Read, Told } from "./alert-plot.ts";
import { deadlineOf, isTimely } from "./oracle-delays.ts";
import { type Episode, episodesOf, seenOf } from "./oracle-episodes.ts";
import { iso, lagOf, type Telling } from "./oracle-tellings.ts";

const hours = 3_600_000;

/** Thresholds, and what is said to be back: each episode of a window is told, once, in time, and shown to be over. */
export function quotaFaults(watched: Watched, history: Told, tellings: readonly Telling[]): string[] {
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
    if (isOutdated(telling, history)) faults.push(`from numbers too old: ${telling.key}`);
    if (!raised.some(({ level }) => level >= telling.level))
      faults.push(`false: ${telling.key} ${telling.level} at ${iso(telling.toldAt)}`);
  }
  const claimed = new Set<Telling>();
  const toldOf = new Map<Episode, readonly Telling[]>();
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
    toldOf.set(episode, ours);
    const loud = episode.raises.filter(({ silent }) => !silent);
    for (const { at, level, due } of loud) {
      if (due === undefined) continue;
      const told = ours.find(({ toldAt }) => toldAt >= at);
      const latest = latestFor(watched, history, episode, { due, level });
      if (told === undefined && latest < history.end)
        faults.push(`missing: ${name} ${level} due at ${iso(at)}`);
      if (told !== undefined && isTimely(history) && told.toldAt > latest)
        faults.push(`late: ${name} ${level}, due at ${iso(due)}, told at ${iso(told.toldAt)}`);
    }
    if (episode.vague) continue;
    const keys = new Set(ours.map(({ key }) => key));
    if (keys.size > 1) faults.push(`${keys.size} incidents of ${name}: ${[...keys].join(", ")}`);
    const posts = ours.filter(({ posted }) => posted).length;
    const isLost =
      watched.isBlind && (history.plot.weather || history.storms.length > 0 || history.kills > 0);
    const anew = watched.channel.edit === undefined || isLost ? loud.length : 1 + watched.channel.gone.size;
    // What was lost with a process is told again as it is by then.
    const most = anew + (watched.isBlind && history.kills > 0 ? 1 : 0);
    if (posts > most) faults.push(`${posts} posts of ${name}, which was raised ${loud.length} times`);
    faults.push(...endFaults(watched, history, episode, ours));
  }
  for (const telling of quotas) if (!claimed.has(telling)) faults.push(`nobody's: ${telling.key}`);
  return [...faults, ...backFaults(watched, history, expected, toldOf, tellings)];
}

/** By when it must have been told. What is over before it could be is not urgent any more. */
function latestFor(
  watched: Watched,
  history: Told,
  { endedAt = Number.POSITIVE_INFINITY }: Episode,
  { due, level }: { due: Instant; level: number },
): Instant {
  const latest = deadlineOf(watched, history, due, level >= 100);
  return latest < endedAt ? latest : deadlineOf(watched, history, due, false);
}

/** Whether something was found, or found over, by numbers that were too old to be believed. */
export function isOutdated({ event, openedAt, endedAt }: Telling, { plot }: Told): boolean {
  const limit = Math.max(3 * plot.interval, 30) * 60_000;
  return (endedAt ?? openedAt) - event.at > limit + 60_000;
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
  if (isBlind && (history.plot.weather || history.storms.length > 0 || history.kills > 0)) return [];
  const { where, key } = last;
  if (ours.some((telling) => channel.gone.has(telling.where))) return [];
  const row = channel.shown(where).find((one) => one.key === key);
  if (row === undefined) return [`${key} is not shown any more`];
  const isOver = episode.endedAt !== undefined && episode.endedAt < history.end - hours;
  if (isOver && row.endedAt === undefined) return [`${key} is over and not shown so`];
  if (episode.endedAt === undefined && row.endedAt !== undefined)
    return [`${key} goes on and is shown to be over`];
  return [];
}

/** What comes back is said so where it was told, and nothing else. */
function backFaults(
  watched: Watched,
  history: Told,
  expected: readonly Episode[],
  toldOf: ReadonlyMap<Episode, readonly Telling[]>,
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
      const since = event.since ?? 0;
      const isLater = expected.some(
        ({ account, window, raises: [first] }) =>
          account === episode.account &&
          window === episode.window &&
          first &&
          first.at > from &&
          first.at <= since,
      );
      const isThen = since >= from && since <= (episode.endedAt ?? history.end);
      return isOurs && isThen && !isLater && openedAt > from;
    });
    for (const telling of found) used.add(telling);
    const name = `${episode.account} ${episode.window} #${episode.instance}`;
    if (found.length > 1 && !episode.vague) faults.push(`${name} is back ${found.length} times`);
    if (found.length > 0 && (episode.back === undefined || !watched.rule.resets))
      faults.push(`${name} is said to be back at ${iso(found[0]?.toldAt ?? 0)}`);
    const { back } = episode;
    // Where it is only told when it is over, that says it all.
    const isTold = toldOf.get(episode)?.some(({ toldAt }) => toldAt < (back?.from ?? 0));
    const latest = deadlineOf(watched, history, episode.endedAt ?? 0, false);
    if (found.length === 0 && back?.must && isTold && watched.rule.resets && latest < history.end)
      faults.push(`${name} is back, which nobody says; due at ${iso(back.from)}`);
  }
  for (const telling of news) if (!used.has(telling)) faults.push(`nobody's: ${telling.key}`);
  return faults;
}

/** Which of the window's instances an incident is about: that of the last answer before it was so. */
export function instanceAt(reads: readonly Read[], { about: at, event }: Telling): number | undefined {
  const read = reads.findLast(
    (one) =>
      one.at <= at &&
      one.answers.some(
        ({ window, used, glitch }) => window === event.window?.id && used !== undefined && !glitch,
      ),
  );
  return read?.answers.find(({ window }) => window === event.window?.id)?.instance;
}

import type { Instant } from "../../src/core/domain/quota.ts";
import type { Watched } from "./alert-channels.ts";
import type { Read, Told } from "./alert-plot.ts";
import { deadlineOf } from "./oracle-delays.ts";
import { episodesOf, type Seen, seenOf } from "./oracle-episodes.ts";
import { instanceAt, isOutdated } from "./oracle-quotas.ts";
import { iso, type Telling } from "./oracle-tellings.ts";

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

/**
 * A window that runs out before its reset is told once; one that is run on rose that fast in truth. Both are told where
 * there is no doubt of it.
 */
export function rateFaults(watched: Watched, history: Told, tellings: readonly Telling[]): string[] {
  const { reads, plot } = history;
  const faults: string[] = [];
  const first = new Map<string, string>();
  for (const telling of tellings) {
    const { account, window } = telling.event;
    const own = reads.filter((read) => read.account === account);
    const name = `${account} ${window?.id} #${instanceAt(own, telling)}`;
    const isNew = telling.endedAt === undefined;
    const isRate = /^(running-out|runaway)\|/.test(telling.subject);
    if (isRate && isOutdated(telling, history)) faults.push(`from numbers too old: ${telling.key}`);
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
      const isOdd = own.some(
        ({ at, answers }) =>
          at < now.at && at > now.at - 40 * minutes && answers.some(({ glitch }) => glitch),
      );
      const longest = isOdd ? Number.POSITIVE_INFINITY : Math.max(50, 2.1 * plot.interval) * minutes;
      return now.at - one.at <= longest && now.used - one.used > 9.9;
    });
    if (!isRun && plot.replicas === 1) faults.push(`false: ${telling.key} at ${iso(telling.toldAt)}`);
  }
  return plot.rates && !plot.moves ? [...faults, ...untoldRates(watched, history, tellings)] : faults;
}

function untoldRates(watched: Watched, history: Told, tellings: readonly Telling[]): string[] {
  const faults: string[] = [];
  for (const { account, window, reads } of windowsOf(watched, history)) {
    const seen = seenOf(reads, window);
    const isOdd = (from: Instant, to: Instant) =>
      reads.some(({ at, answers }) => at >= from && at <= to && answers.some(({ glitch }) => glitch));
    const isTold = (subject: string, from: Instant, to: Instant) =>
      tellings.some(
        (one) =>
          one.subject.startsWith(`${subject}|${account}|`) &&
          one.event.window?.id === window &&
          one.openedAt >= from &&
          one.openedAt <= to + minutes,
      );
    for (const [index, now] of seen.entries()) {
      const before = seen[index - 1];
      const begun = seen.find(({ instance }) => instance === now.instance);
      if (before === undefined || begun === undefined || now.missed || before.instance !== now.instance)
        continue;
      if (isOdd(now.at - 3 * hours, now.at)) continue;
      const isDue = () => deadlineOf(watched, history, now.at, false) < history.end;
      const over = now.at - before.at;
      const isRun = now.used - before.used > 16 * Math.max(1, over / (15 * minutes)) && over < 29 * minutes;
      if (isRun && history.plot.replicas === 1 && !isTold("runaway", begun.at, now.at) && isDue())
        faults.push(`missing: run on ${account} ${window} at ${iso(now.at)}`);
      // What one look misses, as others interfered with it, the next one finds.
      const looks = history.plot.replicas > 1 ? [index - 1, index] : [index];
      const isSure = looks.every((look) => !seen[look]?.missed && isRunningOut(seen, look, reads));
      if (isSure && !isTold("running-out", begun.at, now.at) && isDue())
        faults.push(`missing: ${account} ${window} runs out, at ${iso(now.at)}`);
    }
  }
  return faults;
}

/** Whether both the last hour and the whole window say that it runs out well before its reset. */
function isRunningOut(seen: readonly Seen[], index: number, reads: readonly Read[]): boolean {
  const now = seen[index];
  if (now === undefined || now.used < 55 || now.used > 99) return false;
  const answer = reads.find(({ at }) => at === now.at)?.answers;
  const about = answer?.find(({ used, instance }) => used === now.used && instance === now.instance);
  if (about?.resetsAt === undefined) return false;
  // What was so at first sight is only noted, as long as the window lasts.
  if (seen[0]?.instance === now.instance && seen[0].used >= 50) return false;
  const { resetsAt } = about;
  // A window that started over early, with the same reset as before, cannot be told from the one before.
  const before = seen.slice(0, index).findLast(({ instance }) => instance !== now.instance);
  const old = reads
    .find(({ at }) => at === before?.at)
    ?.answers.find(({ window }) => window === about.window);
  if (old?.resetsAt !== undefined && Math.abs(old.resetsAt - resetsAt) < 20 * minutes) return false;
  const left = resetsAt - now.at;
  const elapsed = about.lengthSeconds * 1000 - left;
  const run = seen
    .slice(0, index)
    .filter(({ at, instance }) => instance === now.instance && at >= now.at - 90 * minutes);
  const hourAgo = run.findLast(({ at }) => at <= now.at - hours) ?? run[0];
  if (elapsed < about.lengthSeconds * 50 || hourAgo === undefined || now.at - hourAgo.at < 10 * minutes)
    return false;
  const lasts = (used: number, over: number) =>
    used > 0 ? ((100 - now.used) * over) / used : Number.POSITIVE_INFINITY;
  const slower = Math.max(lasts(now.used, elapsed), lasts(now.used - hourAgo.used, now.at - hourAgo.at));
  return slower < 0.7 * left;
}

/** An account that was used up five times within a week is told so once for that week. */
export function oftenFaults(watched: Watched, history: Told, tellings: readonly Telling[]): string[] {
  const faults: string[] = [];
  const rows = tellings.filter(({ subject }) => subject.startsWith("often|"));
  const full = new Map<string, { at: Instant; sure: boolean }[]>();
  for (const { account, window, reads } of windowsOf(watched, history)) {
    const episodes = episodesOf(account, window, seenOf(reads, window), watched);
    for (const { raises, vague } of episodes) {
      const raise = raises.find(({ level }) => level >= 100);
      if (raise === undefined) continue;
      const sure = raise.due !== undefined && !vague;
      full.set(account, [...(full.get(account) ?? []), { at: raise.at, sure }]);
    }
  }
  for (const [account, times] of full) {
    const told = rows
      .filter(({ event }) => event.account === account)
      .map(({ openedAt }) => openedAt)
      .sort((a, b) => a - b);
    for (const at of told) {
      const count = times.filter((one) => one.at <= at && one.at > at - 7 * days - hours).length;
      if (count < 5) faults.push(`false: ${account} used up ${count} times in the week before ${iso(at)}`);
      if (told.some((other) => other < at && other > at - 7 * days))
        faults.push(`${account} used up often, twice in a week`);
    }
    for (const { at } of times) {
      const count = times.filter((one) => one.sure && one.at <= at && one.at > at - 6 * days).length;
      if (count > 5 && !told.some((one) => one > at - 7 * days && one < at + days))
        faults.push(`missing: ${account} used up ${count} times by ${iso(at)}`);
    }
  }
  const wrong = rows.filter(({ event }) => !full.has(event.account ?? ""));
  return [...faults, ...wrong.map(({ key }) => `nobody's: ${key}`)];
}

/** Every window that the channel is told of, with the reads of its account. */
function windowsOf({ rule }: Watched, { reads }: Told) {
  const accounts = [...new Set(reads.map(({ account }) => account))].filter(
    (account) => rule.accounts.includes("*") || rule.accounts.includes(account),
  );
  return accounts.flatMap((account) => {
    const own = reads.filter((read) => read.account === account);
    const windows = [...new Set(own.flatMap(({ answers }) => answers.map(({ window }) => window)))];
    return windows
      .filter((window) => rule.windows?.includes(window) ?? true)
      .map((window) => ({ account, window, reads: own }));
  });
}

/** Resets that moved while their window went on: told once, when two answers in a row had agreed on each place. */
export function movedFaults(
  { rule }: Watched,
  { reads, plot }: Told,
  tellings: readonly Telling[],
): string[] {
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
        // What jitters by minutes may look as if it went on moving.
        const isClear = Math.abs(past.resetsAt - to) > 10 * minutes && plot.jitter <= 1000;
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

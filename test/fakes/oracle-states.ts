import type { Instant } from "../../src/core/domain/quota.ts";
import type { Watched } from "./alert-channels.ts";
import type { Read, Told } from "./alert-plot.ts";
import { iso, lagOf, type Telling } from "./oracle-tellings.ts";

const minutes = 60_000;

/** Accounts that need a person, and sources that are silent: each told once for every time that it was so. */
export function stateFaults({ rule }: Watched, history: Told, tellings: readonly Telling[]): string[] {
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

/** When somebody surely looked at the account. */
function looksAt(reads: readonly Read[], { sweeps }: Told): Instant[] {
  return [...reads, ...sweeps].filter(({ missed }) => !missed).map(({ at }) => at);
}

/** Reads that say so, up to the next that succeeds; those that fail otherwise in between change nothing. */
function signedOut(reads: readonly Read[], history: Told): Spell[] {
  const looks = looksAt(reads, history);
  const spells: Spell[] = [];
  let open: Spell | undefined;
  let wasWell = false;
  /** What nobody saw to be over has gone on for those who look. */
  let isNew = true;
  for (const [index, { at, state, missed }] of reads.entries()) {
    if (state === "ok") {
      const until = reads[index + 1]?.at ?? history.end;
      wasWell = true;
      isNew ||= looks.some((look) => look >= at && look < until);
      if (open !== undefined) open.to = at + lagOf(history);
      open = undefined;
    } else if (state === "auth_expired" && wasWell) {
      if (open === undefined) {
        open = { from: at, to: history.end, must: false };
        spells.push(open);
      }
      open.must ||= !missed && isNew;
      if (!missed) isNew = false;
    }
  }
  return spells;
}

/** From when numbers are older than half an hour and three intervals, while reads fail, to the next that succeeds. */
function staleSpells(reads: readonly Read[], history: Told): Spell[] {
  const { end, plot } = history;
  const limit = Math.max(3 * plot.interval, 30) * minutes;
  const looks = looksAt(reads, history);
  const good = reads.filter(({ state }) => state === "ok");
  return good.flatMap(({ at }, index): Spell[] => {
    const next = good[index + 1]?.at ?? end;
    const to = next + lagOf(history);
    const failed = reads.find((read) => read.at > at && read.at < to && read.state !== "ok");
    if (failed === undefined) return [];
    const from = Math.max(at + limit, failed.at);
    // While it needs a person nobody has to be told that its numbers are old.
    const signedOutAt = (look: Instant) =>
      reads.findLast((read) => read.at <= look)?.state === "auth_expired";
    const isSeen = looks.some((look) => look > from + minutes && look < next && !signedOutAt(look));
    const isNew = looks.some((look) => look >= at && look < at + limit);
    return from > to ? [] : [{ from, to, must: isSeen && isNew }];
  });
}

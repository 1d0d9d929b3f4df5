import type { Instant } from "../../src/core/domain/quota.ts";
import type { Watched } from "./alert-channels.ts";
import type { Told as Row } from "./alert-house.ts";
import type { Told } from "./alert-plot.ts";

const minutes = 60_000;

/** Something that the channel had not been shown before: an incident in a version of its own. */
export interface Telling extends Row {
  toldAt: Instant;
  where: string;
  posted: boolean;
  /** When what it is about was so, as near as the channel could see. */
  about: Instant;
}

/** What the channel was shown, in order; a post that says again what was said is a fault. */
export function readChannel(
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
  // What was not written down between a post and its mark may be posted again, where nobody can look.
  const { kills, storms, plot } = history;
  const canBeLost = kills > 0 || (storms.length > 0 && (plot.restarts !== false || plot.replicas > 1));
  if (doubled > 0 && !canBeLost) faults.push(`${doubled} told twice though nothing was lost`);
  return { tellings, faults };
}

/** So much later other processes hear of a read. */
export function lagOf({ plot }: Told): number {
  return plot.replicas > 1 ? 3 * minutes : 0;
}

export function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}

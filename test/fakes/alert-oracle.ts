import type { Watched } from "./alert-channels.ts";
import type { Told } from "./alert-plot.ts";
import { isNight } from "./oracle-delays.ts";
import { quotaFaults } from "./oracle-quotas.ts";
import { movedFaults, oftenFaults, rateFaults } from "./oracle-rates.ts";
import { stateFaults } from "./oracle-states.ts";
import { iso, readChannel } from "./oracle-tellings.ts";

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
      ...rateFaults(watched, history, rows.tellings),
      ...oftenFaults(watched, history, rows.tellings),
      ...movedFaults(watched, history, rows.tellings),
      ...mannerFaults(watched, history),
    ].map((fault) => `${watched.channel.id}: ${fault}`);
  });
}

/** No more messages in an hour than allowed, in quiet hours only what is urgent, and no haste when asked to wait. */
function mannerFaults({ channel, quiet }: Watched, { calm, kills, plot }: Told): string[] {
  const faults: string[] = [];
  // Here a post takes no time; those of one instant count as one.
  const instants = [...new Set(channel.posts.map(({ at }) => at))];
  for (const post of channel.posts) {
    const before = instants[instants.indexOf(post.at) - plot.mostPosts];
    // When a post of which there was no word arrived nobody can tell exactly.
    const isCounted = !plot.weather && !plot.storms && kills === 0 && plot.replicas === 1;
    if (isCounted && before !== undefined && post.at - before < hours)
      faults.push(`too many posts at ${iso(post.at)}`);
    const isQuiet = quiet && post.at < calm && isNight(post.at);
    if (isQuiet && !post.told.some(({ event }) => event.type === "quota.exhausted"))
      faults.push(`not urgent, in quiet hours: ${iso(post.at)}`);
  }
  if (channel.hasty > 0 && kills === 0 && plot.replicas === 1)
    faults.push(`${channel.hasty} times too hasty`);
  return faults;
}

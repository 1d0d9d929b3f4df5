import { type Quota, remainingPercent, type Spend } from "../../core/domain/quota.ts";
import { slug } from "./naming.ts";

/** The name of a member, and the id of the member's reading. */
export interface MemberNames {
  name: string;
  id: string;
}

/**
 * How the members of one answer are named to people: by the end of the provider's id, never by a name or an e-mail,
 * because tables of them are posted in channels. An admin finds the id in the provider's own console. Members without
 * an id are numbered, as they are not one and the same; an e-mail in its place keeps its number.
 */
export function memberNaming(): (userId: string | undefined) => MemberNames {
  const numbered: (string | undefined)[] = [];
  function numberOf(userId: string | undefined): number {
    const known = userId === undefined ? -1 : numbered.indexOf(userId);
    return known === -1 ? numbered.push(userId) : known + 1;
  }
  return (userId) => {
    const nameless = userId === undefined || userId.includes("@");
    const name = `Member ${nameless ? numberOf(userId) : userId.slice(-8)}`;
    return { name, id: slug(name) };
  };
}

const mostMembers = 20;

/** Of the members' readings the 20 that leave least; those without a cap come last, who spent most first. */
export function leastLeft<Item extends Quota | Spend>(readings: readonly Item[]): Item[] {
  const byLeft = (a: Item, b: Item) => leftOf(a) - leftOf(b) || (b.used ?? 0) - (a.used ?? 0);
  return readings.toSorted(byLeft).slice(0, mostMembers);
}

/** In percent. A cap of 0 leaves nothing; an unknown use ranks behind no use, and no cap behind every cap. */
function leftOf(reading: Quota | Spend): number {
  if (reading.limit === 0) return 0;
  return remainingPercent(reading) ?? (reading.limit === undefined ? 102 : 101);
}

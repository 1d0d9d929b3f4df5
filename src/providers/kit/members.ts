import { type Quota, remainingPercent, type Spend } from "../../core/domain/quota.ts";
import { slug } from "./naming.ts";

/**
 * How a member is named to people: the end of the provider's id, never a name or an e-mail, because tables of them
 * are posted in channels. An admin finds the id in the provider's own console.
 */
export function memberName(userId: string | undefined): string {
  if (userId === undefined || userId.includes("@")) return "Member";
  return `Member ${userId.slice(-8)}`;
}

/** The id of a member's reading. */
export function memberId(userId: string | undefined): string {
  return slug(memberName(userId));
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

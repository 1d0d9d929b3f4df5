import { severityOf } from "../domain/event.ts";
import type { Block, Text } from "../domain/message.ts";
import type { Instant } from "../domain/quota.ts";
import type { Change } from "../services/digest-changes.ts";
import type { DigestFacts } from "../services/digest-facts.ts";
import { few, heading, moreOf } from "./digest-lists.ts";
import { eventWords, type NameAccount } from "./event-words.ts";
import { dollars, duration } from "./format.ts";

/** What has begun and ended since the digest before. */
export function changeBlocks({ changes, at, kind }: DigestFacts, nameAccount: NameAccount): Block[] {
  if (changes.length === 0) return [];
  const facts = changes.slice(0, few).map((change) => ({
    label:
      change.event.type === "cost.spike"
        ? "A day far above the usual"
        : eventWords(change.event, nameAccount).title,
    value: howItWent(change, at),
  }));
  const title = kind === "day" ? "Since the last digest" : "What happened";
  return [heading(title), { type: "facts", facts }, ...moreOf(changes)];
}

function howItWent({ event, openedAt, endedAt, times }: Change, at: Instant): Text {
  const often = times > 1 ? `, ${times} times` : "";
  if (endedAt === undefined) return `for ${duration(at - openedAt)} now${often}`;
  const { money } = event;
  if (event.type === "cost.spike" && money !== undefined) {
    const usual = `${dollars(money.usedMicros)} by then, usually ${dollars(money.usualMicros ?? 0)}`;
    return [{ instant: openedAt, style: "moment" }, `: ${usual}`];
  }
  if (endedAt === openedAt) return [{ instant: openedAt, style: "moment" }, often];
  const after = `after ${duration(endedAt - openedAt)}${often}`;
  return severityOf(event.type) === "info" ? after : `over ${after}`;
}

/** "When first seen: Octo weekly at 93%, GLM 5-hour at 85% and 2 more." */
export function firstSeenBlocks({ firstSeen }: DigestFacts, nameAccount: NameAccount): Block[] {
  if (firstSeen.length === 0) return [];
  const named = firstSeen.slice(0, few).map(({ account, window }) => {
    const used = Math.floor(window.usedPercent ?? 0);
    return `${nameAccount(account).name} ${window.label} already at ${used}%`;
  });
  const more = firstSeen.length - named.length;
  const rest = more > 0 ? ` and ${more} more.` : ".";
  return [{ type: "text", text: [{ strong: "First seen:" }, ` ${named.join(", ")}${rest}`] }];
}

import type { DigestPlan } from "../domain/digest-plan.ts";
import type { Message, Span, Text } from "../domain/message.ts";
import type { Instant } from "../domain/quota.ts";

/** A channel gets a digest from now on. */
export function turnedOn(plan: { at: string; timezone: string; next: Instant }): Message {
  return answer(`Daily digest at ${plan.at}`, [
    `It comes to this channel every day at ${plan.at} (${plan.timezone}), the next one `,
    { instant: plan.next, style: "countdown" },
    ". ",
    { code: "/quota digest off" },
    " takes it away.",
  ]);
}

/** A channel gets no daily digest any more; `had`: it got one. */
export function turnedOff(had: boolean): Message {
  if (!had) return answer("Nothing to take away", "This channel gets no daily digest.");
  return answer("No daily digest any more", [
    "This channel gets none until somebody types ",
    { code: "/quota digest on 09:00" },
    ". Weekly and monthly reports of the configuration stay.",
  ]);
}

/** Asked where there is no channel to post to. */
export const noChannel: Message = answer(
  "Not here",
  "A digest is for a channel: type it in Slack, Discord or the chat on the bot's terminal.",
);

/** When the channel that asks gets digests by itself. */
export function plansText(plans: readonly DigestPlan[], timezone: string): Text {
  if (plans.length === 0) {
    return [
      "No digest comes here by itself; ",
      { code: "/quota digest on 09:00" },
      " changes that (admins).",
    ];
  }
  const named = plans.map(({ period, at, days }): string => {
    if (period === "month") return `monthly on the 1st at ${at}`;
    const when = days.length === 7 ? "every day" : `on ${days.join(", ")}`;
    return `${period === "week" ? "weekly " : ""}${when} at ${at}`;
  });
  return `It comes here ${named.join(", and ")} (${timezone}).`;
}

function answer(title: string, text: string | readonly Span[]): Message {
  return { title, tone: "neutral", blocks: [{ type: "text", text }] };
}

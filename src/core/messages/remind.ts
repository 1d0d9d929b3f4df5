import type { AlertEvent } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import type { Message, Span, Text } from "../domain/message.ts";
import { longestWait } from "../domain/reminder.ts";
import type { Asked } from "../services/reminders.ts";
import { windowWords } from "./event-titles.ts";
import { type EventWords, eventWords, leftText, type NameAccount } from "./event-words.ts";
import { duration, percentLeft } from "./format.ts";

/** A reminder that is told: that the account is back, or that it is waited for no longer. */
export function reminderWords({ event }: Pick<Incident, "event">, nameAccount: NameAccount): EventWords {
  const asked = "You asked to be told.";
  const words = eventWords(event, nameAccount);
  if (!isWaitedFor(event)) return { ...words, text: [...leftText(event), ` ${asked}`] };
  const { name } = nameAccount(event.account ?? "");
  return {
    title: `${name}: no reminder any more`,
    text: [
      `${windowWords(event.window)}: not confirmed back in ${duration(longestWait)}. To wait on, type `,
      { code: `/quota remind ${event.account}` },
      ".",
    ],
  };
}

/** The answer to who asks for a reminder. */
export function reminderAnswer(asked: Asked, account: { id: string; name: string }): Message {
  const { name } = account;
  if (asked.kind === "unknown") {
    return answer(`No reminder for ${name}`, "No window of it is known to run out and come back.");
  }
  if (asked.kind === "nothing due") {
    return answer(`No reminder for ${name}`, [
      ...standing(asked.event),
      ", so there is nothing to wait for.",
    ]);
  }
  const { event, again } = asked;
  const title = again ? `Reminder for ${name} was set already` : `Reminder set for ${name}`;
  const reset = event.window?.resetsAt;
  if (event.type === "quota.exhausted") {
    const hope: Span[] =
      reset === undefined ? [] : [" Its reset is due ", { instant: reset, style: "countdown" }, "."];
    return answer(title, [
      ...standing(event),
      ". I will tell you once, privately, when it is confirmed back.",
      ...hope,
    ]);
  }
  return answer(title, [
    ...standing(event),
    ". I will tell you once, privately, when that window has started over",
    ...(reset === undefined ? [] : [", due at ", { instant: reset, style: "moment" as const }]),
    ".",
  ]);
}

/** The answer to somebody whom nothing can be told privately. */
export const noPrivateChannel: Message = answer(
  "No reminder from here",
  "A reminder comes as a private message, and here it is not known to whom. Ask on Slack, Discord or the bot's terminal.",
);

/** The answer when a word means several accounts. */
export function whichAccount(word: string, accounts: readonly { id: string; name: string }[]): Message {
  return {
    title: "Which account?",
    tone: "neutral",
    blocks: [
      { type: "text", text: [{ code: word.slice(0, 60) }, " fits several accounts."] },
      {
        type: "facts",
        facts: accounts
          .slice(0, 10)
          .map(({ id, name }) => ({ label: name, value: { code: `/quota remind ${id}` } })),
      },
    ],
  };
}

function standing({ window, type }: AlertEvent): Span[] {
  const left = Math.max(0, 100 - (window?.usedPercent ?? 0));
  const strong = type === "quota.exhausted" ? "nothing left" : `${percentLeft(left)} left`;
  return [`${windowWords(window)}: `, { strong }];
}

/** Whether the event is what a reminder waits with; else it is what has come of it. */
function isWaitedFor({ type }: AlertEvent): boolean {
  return type === "quota.exhausted" || type === "quota.low";
}

function answer(title: string, text: Text): Message {
  return { title, tone: "neutral", blocks: [{ type: "text", text }] };
}

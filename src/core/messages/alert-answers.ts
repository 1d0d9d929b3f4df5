import type { Incident } from "../domain/incident.ts";
import type { Message, Span, Text, Tone } from "../domain/message.ts";
import type { Mute } from "../services/mutes.ts";
import { eventWords, type NameAccount } from "./event-words.ts";
import { listNames } from "./format.ts";
import type { Person } from "./people.ts";

/** An alert with which somebody did something, and with so many others of its message. */
interface Acted {
  incident: Incident;
  others: number;
}

/** Somebody has taken an alert on. */
export function takenOn({ incident, others }: Acted, nameAccount: NameAccount): Message {
  const text = incident.version === 0 ? "Nobody was told of it, so no message shows that." : shown(incident);
  return answer(`Taken on: ${titleOf(incident, nameAccount)}${andMore(others)}`, text, "good");
}

/** Somebody has snoozed an alert. */
export function snoozed({ incident, others }: Acted, nameAccount: NameAccount): Message {
  const { snoozedUntil, event } = incident;
  const atReset = snoozedUntil !== undefined && snoozedUntil === event.window?.resetsAt;
  const until: Span[] =
    snoozedUntil === undefined
      ? []
      : atReset && others > 0
        ? ["Each is quiet until its reset. "]
        : ["Quiet until ", { instant: snoozedUntil, style: "moment" }, atReset ? ", its reset" : "", ". "];
  return answer(
    `Snoozed: ${titleOf(incident, nameAccount)}${andMore(others)}`,
    [...until, shown(incident)],
    "good",
  );
}

/** An alert that is over already. */
export function alreadyOver(incident: Incident, nameAccount: NameAccount): Message {
  const { endedAt } = incident;
  const when: Span[] = endedAt === undefined ? [] : [" ", { instant: endedAt, style: "countdown" }];
  return answer("Over already", [`${titleOf(incident, nameAccount)}: that ended`, ...when, "."]);
}

/** No alert has this id. */
export function unknownAlert(id: string): Message {
  return answer("Not understood", [
    "No alert has the id ",
    { code: id.slice(0, 60) },
    ". ",
    { code: "/quota alerts" },
    " shows them; they are forgotten some weeks after their end.",
  ]);
}

/** An action that lacks its word. */
export function wordMissing(use: string, more: Text): Message {
  return {
    title: "One word is missing",
    tone: "neutral",
    blocks: [
      { type: "text", text: ["Type it as ", { code: `/quota alerts ${use}` }, "."] },
      { type: "text", text: more },
    ],
  };
}

/** Accounts were muted for everybody. */
export function muted(mutes: ReadonlyMap<string, Mute>, nameAccount: NameAccount): Message {
  return {
    title: `Muted: ${namesOf(mutes.keys(), nameAccount)}`,
    tone: "good",
    blocks: [
      {
        type: "facts",
        facts: [...mutes].map(([account, { until }]) => ({
          label: nameAccount(account).name,
          value: ["until ", { instant: until, style: "moment" }],
        })),
      },
      {
        type: "text",
        text: "Nobody is told anything of it until then; what is still so is told afterwards. Its numbers go on.",
      },
    ],
  };
}

/** Accounts are not muted any more; none of them was. */
export function unmuted(
  before: readonly string[],
  asked: readonly string[],
  nameAccount: NameAccount,
): Message {
  if (before.length === 0) {
    return answer("Nothing to unmute", `${namesOf(asked, nameAccount)}: not muted.`);
  }
  const text = "What is due is told within a minute.";
  return answer(`Not muted any more: ${namesOf(before, nameAccount)}`, text, "good");
}

/** More than the longest time that an account can be muted. */
export const tooLong: Message = answer(
  "Too long",
  "An account can be muted for 30 days at the most. To hear nothing of it at all, change `alerts` in quotabot.yml.",
);

/** The answer to somebody who may not do this. */
export function adminsOnly(what: string, asker: Person): Message {
  const { surface, user } = asker;
  const how: Span[] =
    user === undefined
      ? []
      : [" To be one, have it say ", { code: `admins: { ${surface}: ["${user}"] }` }, "."];
  return answer("For admins", [
    `${what} is for admins. quotabot.yml names them under `,
    { code: "admins" },
    ".",
    ...how,
  ]);
}

function andMore(others: number): string {
  return others === 0 ? "" : `, and ${others} more`;
}

function shown({ channel }: Incident): string {
  return `The message on ${channel} shows it.`;
}

function titleOf({ event }: Incident, nameAccount: NameAccount): string {
  return eventWords(event, nameAccount).title;
}

function namesOf(accounts: Iterable<string>, nameAccount: NameAccount): string {
  return listNames([...new Set([...accounts].map((id) => nameAccount(id).name))]);
}

function answer(title: string, text: Text, tone: Tone = "neutral"): Message {
  return { title, tone, blocks: [{ type: "text", text }] };
}

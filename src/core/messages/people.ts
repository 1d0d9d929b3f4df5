import type { Span } from "../domain/message.ts";

/** Somebody who did something: where, and by which id of that platform, where it tells one. */
export interface Person {
  surface: string;
  user?: string | undefined;
}

const places: Readonly<Record<string, string>> = {
  slack: "on Slack",
  discord: "on Discord",
  terminal: "at the terminal",
};

/** The platform that a channel belongs to: "slack" for "slack:#ai-quota". */
export function platformOf(channel: string): string {
  return channel.split(":")[0] ?? channel;
}

/** What somebody is called on a platform: by the id there, and in words when it does not know them. */
export function knownAs({ surface, user }: Person, platform: string): string {
  if (user !== undefined && surface === platform) return user;
  return `somebody ${places[surface] ?? "elsewhere"}`;
}

/** What `knownAs` has told for one platform, for readers on another. */
export function retold(name: string, from: string, to: string): string {
  return isInWords(name) ? name : knownAs({ surface: from, user: name }, to);
}

/** Somebody in a text, by what `knownAs` has told. */
export function personSpan(name: string): Span {
  return isInWords(name) ? name : { person: name };
}

/** No platform has ids with spaces. */
function isInWords(name: string): boolean {
  return name.includes(" ");
}

import type { Block } from "../domain/message.ts";

/** So many of each kind a digest names. */
export const few = 3;

export function heading(text: string): Block {
  return { type: "text", text: { strong: text } };
}

/** "and 5 more low." for what is not named; nothing when all are. */
export function moreOf(all: readonly unknown[], what = ""): Block[] {
  const more = all.length - few;
  return more > 0 ? [{ type: "text", text: `and ${more} more${what === "" ? "" : ` ${what}`}.` }] : [];
}

import { createHash, randomUUID } from "node:crypto";
import type { AlertEvent } from "../core/domain/event.ts";
import type { PostOptions } from "../core/ports.ts";

/**
 * By what a receiver knows a message that it has had already: the same for every try to tell the same events. Between
 * two tries an event may join or grow; then it is another one, as who drops repeats would miss the news. Printable ASCII
 * without spaces.
 */
export function deliveryId({ key, events = [] }: PostOptions): string {
  if (key === undefined) return randomUUID();
  const id = encodeURIComponent(key);
  if (events.length === 0) return id;
  return `${id}-${shortHash(events.map(identityOf).sort().join("\n"))}`;
}

/** What an event tells, leaving out figures that drift while it waits. */
function identityOf({ type, account, window, threshold, budget, switched }: AlertEvent): string {
  return JSON.stringify([
    type,
    account,
    window?.scope,
    window?.id,
    threshold,
    budget?.id,
    budget?.from,
    switched,
  ]);
}

/** 12 hexadecimal digits. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

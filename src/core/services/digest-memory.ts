import { z } from "zod";
import type { Day } from "../domain/day.ts";
import type { Settings } from "../ports.ts";

/** What a day added up to. Money is whole micro-dollars. */
const figures = z.object({
  requests: z.number(),
  tokens: z.number(),
  billedMicros: z.number(),
  includedMicros: z.number(),
  freeMicros: z.number(),
});
export type DayFigures = z.output<typeof figures>;

const fields = z.object({
  at: z.number(),
  until: z.string(),
  days: z.record(z.string(), figures),
});

/** What the daily digests of a channel have told so far. */
export interface Told {
  /** When the last of them was made. */
  at: number;
  /** The last day they told of. */
  until: Day;
  /** What they told of the last days. */
  days: Readonly<Record<Day, DayFigures>>;
}

/** Remembers what channels were told, so that the next digest can say what has changed. */
export function createDigestMemory(settings: Pick<Settings, "get" | "set">) {
  const keyOf = (channel: string) => `digest told ${channel}`;
  return {
    /** Undefined while a channel has had none. */
    async told(channel: string): Promise<Told | undefined> {
      return fields.safeParse(await settings.get(keyOf(channel))).data;
    },
    async remember(channel: string, told: Told): Promise<void> {
      await settings.set(keyOf(channel), told);
    },
  };
}

export type DigestMemory = ReturnType<typeof createDigestMemory>;

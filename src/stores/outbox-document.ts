import { z } from "zod";
import { type EventType, eventTypes } from "../core/domain/event.ts";
import type { Incident } from "../core/domain/incident.ts";
import type { Log } from "../core/ports.ts";
import type { Format } from "./durable-file.ts";

const event = z.looseObject({
  type: z.enum(eventTypes as readonly [EventType, ...EventType[]]),
  at: z.number(),
});

const incident = z.looseObject({
  key: z.string(),
  id: z.string(),
  channel: z.string(),
  scope: z.string(),
  subject: z.string(),
  number: z.number(),
  level: z.number(),
  event,
  openedAt: z.number(),
  version: z.number(),
  loud: z.boolean(),
  delivery: z.looseObject({ sentVersion: z.number(), attempts: z.number(), nextTry: z.number() }),
  revision: z.number(),
});

/** How the incidents of an outbox look in its file. One that makes no sense is left out and said so. */
export function outboxFormat(log: Log): Format<Map<string, Incident>> {
  return {
    version: 1,
    encode: (incidents) => [...incidents.values()],
    decode(data) {
      if (!Array.isArray(data)) return undefined;
      const known = new Map<string, Incident>();
      for (const entry of data) {
        const { success, error } = incident.safeParse(entry);
        if (success) known.set((entry as Incident).key, entry as Incident);
        else
          log.warn(
            { where: error.issues[0]?.path.join(".") },
            "Left out a stored alert that makes no sense.",
          );
      }
      return known;
    },
  };
}

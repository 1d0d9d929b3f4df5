import type { Incident } from "../../src/core/domain/incident.ts";
import type { Instant } from "../../src/core/domain/quota.ts";
import { start } from "./core.ts";

/** An open alert of 90% that has been told on Slack; `resetsAt` is that of its window. */
export function incidentOf(
  id: string,
  { resetsAt, ...rest }: Partial<Incident> & { resetsAt?: Instant | undefined } = {},
): Incident {
  return {
    key: `key of ${id}`,
    id,
    channel: "slack:#ai",
    scope: "glm",
    subject: "quota|glm||session",
    number: 1,
    level: 90,
    event: {
      type: "quota.low",
      at: start,
      account: "glm",
      window: { id: "session", label: "5-hour", usedPercent: 92, resetsAt },
      threshold: 90,
    },
    openedAt: start - 20 * 60_000,
    version: 1,
    loud: true,
    delivery: { sentVersion: 1, where: "C1/1", sentAt: start, attempts: 0, nextTry: start },
    revision: 0,
    ...rest,
  };
}

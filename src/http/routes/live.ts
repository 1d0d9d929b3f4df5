import { z } from "zod";
import { type EventsRouteOptions, eventsQuery, eventsRoute } from "../events-route.ts";
import { type RefreshRouteOptions, refreshRoute } from "../refresh-route.ts";
import type { RouteEntry } from "../route.ts";
import { refreshAnswer } from "../schemas/refresh-answer.ts";
import { quotaExample } from "./quota-examples.ts";

const tag = "Quota";

/** What comes as it happens, and what makes it happen. */
export function liveRoutes(options: EventsRouteOptions & RefreshRouteOptions): readonly RouteEntry[] {
  return [
    {
      ...{ method: "GET", path: "/api/v1/events", scope: "read", operationId: "followEvents", tag },
      summary: "News as it comes, as server-sent events",
      description:
        "`snapshot`, `alert`, `notice` and `usage`, each with JSON as its data. Without `Last-Event-ID` or `after`, or where that is not known any more, `reset` comes first, then how everything stands, then `ready`.",
      query: eventsQuery,
      answers: {
        200: {
          description: "A stream that goes on until one side ends it.",
          type: "text/event-stream",
          example:
            'id: k3x9-17\nevent: usage\ndata: {"at":"2026-11-22T03:00:00Z","account":"glm-main","model":"glm-4.7","requests":3}\n\n',
        },
      },
      faults: [404, 429, 503],
      handle: eventsRoute(options),
    },
    {
      ...{
        method: "POST",
        path: "/api/v1/refresh/{account}",
        scope: "admin",
        operationId: "refreshAccount",
        tag,
      },
      summary: "Read an account now",
      description:
        "As far as the floor of its provider allows. The answer comes after 15 seconds at the latest; the read goes on then.",
      parameters: {
        account: { description: "Id of the account.", schema: z.string(), example: "glm-main" },
      },
      query: {},
      answers: {
        200: {
          description: "How the account stands now.",
          schema: refreshAnswer,
          example: { ...quotaExample, read: true, reason: null, nextAllowedAt: "2026-11-22T03:05:00Z" },
        },
      },
      faults: [404],
      handle: refreshRoute(options),
    },
  ];
}

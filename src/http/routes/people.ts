import { z } from "zod";
import { type ForgetUserRouteOptions, forgetUserRoute, forgottenAnswer } from "../forget-user-route.ts";
import type { RouteEntry } from "../route.ts";

/** What people may want of what is kept of them. */
export function peopleRoutes(options: ForgetUserRouteOptions): readonly RouteEntry[] {
  return [
    {
      method: "DELETE",
      path: "/api/v1/users/{user}",
      scope: "admin",
      operationId: "forgetUser",
      tag: "People",
      summary: "Forget a person's name",
      description:
        "Out of all usage records, sums and readings, for good. What was used stays, as nobody's. Calling it again finishes one that failed.",
      parameters: {
        user: {
          description: "The name as it was reported.",
          schema: z.string(),
          example: "lan@example.org",
        },
      },
      query: {},
      answers: {
        200: {
          description: "The name is gone.",
          schema: forgottenAnswer,
          example: { records: 128, accounts: ["claude-lan"] },
        },
      },
      faults: [503],
      handle: forgetUserRoute(options),
    },
  ];
}

import { z } from "zod";
import { allocationBody } from "../allocation-request.ts";
import {
  type AllocationsRouteOptions,
  allocationRoutes,
  listQuery,
  releaseQuery,
} from "../allocations-route.ts";
import { type EstimateRouteOptions, estimateQuery, estimateRoute } from "../estimate-route.ts";
import type { RouteEntry } from "../route.ts";
import {
  allocationsAnswer,
  estimateAnswer,
  grantedAnswer,
  refusedAnswer,
  releasedAnswer,
  usedAnswer,
} from "../schemas/allocation-answers.ts";
import {
  allocationExample,
  estimateExample,
  grantedExample,
  refusedExample,
  requestExample,
  useExample,
} from "./agent-examples.ts";
import type { ReportingOptions } from "./reporting.ts";

const tag = "Agents";
const mebibyte = 1024 * 1024;

/** What agents ask before they spend. */
export function agentRoutes(
  options: AllocationsRouteOptions & EstimateRouteOptions & Pick<ReportingOptions, "bodies">,
): readonly RouteEntry[] {
  const { reserve, list, look, report, release } = allocationRoutes(options);
  const parameters = {
    agent: {
      description: "What the agent calls itself.",
      schema: z.string().min(1).max(64),
      example: "agent-7",
    },
  };
  const use = z.intersection(
    options.bodies.usageRecord,
    z.looseObject({
      allocation: z.string().nullish().meta({ description: "Id of the allocation that it is about" }),
    }),
  );
  const refused = { schema: refusedAnswer, example: refusedExample };
  const later = { "Retry-After": "Seconds after which another try can help, where that is known" };
  return [
    {
      ...{ method: "GET", path: "/api/v1/estimate", scope: "read", operationId: "estimateTask", tag },
      summary: "What a task will take",
      query: estimateQuery,
      answers: { 200: { description: "Tokens.", schema: estimateAnswer, example: estimateExample } },
      faults: [503],
      handle: estimateRoute(options),
    },
    {
      ...{ method: "POST", path: "/api/v1/allocations", scope: "ingest", operationId: "reserveTokens", tag },
      summary: "Reserve tokens",
      description:
        "Of an `account`, or of the best one of a `combo` or `model`; `tokens`, or a `task` to estimate them from. The same `id` again is answered with the same allocation.",
      body: {
        limit: mebibyte,
        content: { "application/json": { schema: allocationBody, example: requestExample } },
      },
      answers: {
        200: {
          description: "The one that was asked for before.",
          schema: grantedAnswer,
          example: grantedExample,
        },
        201: { description: "A new allocation.", schema: grantedAnswer, example: grantedExample },
        409: {
          description:
            "`insufficient_quota`, `unknown_capacity`, or `conflict` when the agent holds one of the account already.",
          ...{ ...refused, headers: later },
        },
        429: {
          description: "`concurrency_exceeded`: as many agents as may work at a time.",
          ...refused,
          headers: later,
        },
      },
      faults: [404, 503],
      handle: reserve,
    },
    {
      ...{ method: "GET", path: "/api/v1/allocations", scope: "read", operationId: "listAllocations", tag },
      summary: "What agents have reserved",
      query: listQuery,
      answers: {
        200: {
          description: "All that are active.",
          schema: allocationsAnswer,
          example: allocationExample.list,
        },
      },
      faults: [503],
      handle: list,
    },
    {
      ...{
        method: "GET",
        path: "/api/v1/allocations/{agent}",
        scope: "ingest",
        operationId: "readAllocations",
        tag,
      },
      summary: "What an agent has reserved",
      parameters,
      answers: {
        200: {
          description: "Those of the agent.",
          schema: allocationsAnswer,
          example: allocationExample.list,
        },
      },
      faults: [404, 503],
      handle: look,
    },
    {
      ...{ method: "DELETE", path: "/api/v1/allocations/{agent}", scope: "ingest", tag },
      operationId: "releaseTokens",
      summary: "Release what an agent has reserved",
      parameters,
      query: releaseQuery,
      answers: {
        200: { description: "What they were.", schema: releasedAnswer, example: allocationExample.released },
      },
      faults: [404, 503],
      handle: release,
    },
    {
      ...{ method: "POST", path: "/api/v1/allocations/{agent}/usage", scope: "ingest", tag },
      operationId: "reportUse",
      summary: "Report what an agent has used",
      description:
        "One usage record, which goes into the ledger too. Account, model, combo and task are those of the allocation unless told.",
      parameters,
      body: {
        limit: mebibyte,
        content: { "application/json": { schema: use, example: useExample.body } },
      },
      answers: { 200: { description: "What came of it.", schema: usedAnswer, example: useExample.answer } },
      faults: [404, 503],
      handle: report,
    },
  ];
}

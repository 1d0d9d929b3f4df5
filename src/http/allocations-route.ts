import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import type { Allocations } from "../core/services/allocate.ts";
import type { ActiveAllocation } from "../core/services/allocation-books.ts";
import { allocationJson, grantedJson, refusedJson, usedJson } from "../core/services/allocation-json.ts";
import type { Reported } from "../core/services/record-usage.ts";
import { readAllocationRequest } from "./allocation-request.ts";
import { answerWith, json } from "./answers.ts";
import { jsonOf } from "./json-body.ts";
import { queryOf } from "./queries.ts";
import type { BodyRoute, Query, Route } from "./route.ts";
import type {
  AllocationsAnswer,
  GrantedAnswer,
  RefusedAnswer,
  ReleasedAnswer,
  UsedAnswer,
} from "./schemas/allocation-answers.ts";

export interface AllocationsRouteOptions {
  allocations: Allocations;
  /** Reads a usage record in the shape that they are posted in. */
  readRecord: (item: unknown) => Reported;
  clock: Clock;
}

const account = { description: "Id of the account.", schema: z.string(), example: "glm-main" };

export const listQuery = {
  account: {
    ...account,
    description: "Only those of this account; repeated: of any of them.",
    repeats: true,
  },
  provider: {
    description: "Only those of this provider's accounts; repeated: of any of them.",
    schema: z.string(),
    repeats: true,
  },
} satisfies Query;

export const releaseQuery = {
  account: { ...account, description: "Only the allocation of this account; left out: all of the agent's." },
} satisfies Query;

/** What agents ask before they spend: they reserve, look, report and release. */
export function allocationRoutes({ allocations, readRecord, clock }: AllocationsRouteOptions) {
  /** 201 with the allocation, 200 with one that was asked for before; 409 or 429 with what is free instead. */
  const reserve: BodyRoute = async (_, body) => {
    const answer = await allocations.allocate(readAllocationRequest(jsonOf(body)));
    if (answer.kind === "refused") {
      const status = new AppError(answer.code, answer.message).status;
      return sent<RefusedAnswer>(refusedJson(answer), status, retryAfter(answer.retryAt, clock.now()));
    }
    return sent<GrantedAnswer>(grantedJson(answer), answer.isNew ? 201 : 200);
  };

  /** All that are active; `account` and `provider` choose some. */
  const list: Route = async ({ req }) => {
    const { account, provider } = queryOf(req, listQuery);
    const active = (await allocations.active()).filter(
      (one) => (account?.includes(one.account) ?? true) && (provider?.includes(one.provider) ?? true),
    );
    return json<AllocationsAnswer>(listJson(active));
  };

  const look: Route = async ({ req }) =>
    json<AllocationsAnswer>(listJson(await allocations.of(req.param("agent") ?? "")));

  /** Takes a usage record, with `allocation` where the agent tells which one it is about. */
  const report: BodyRoute = async ({ req }, body, caller) => {
    const item = jsonOf(body);
    if (Array.isArray(item)) throw new AppError("request_invalid", "Send one usage record at a time.");
    const written = (item as { allocation?: unknown } | null)?.allocation ?? undefined;
    if (written !== undefined && typeof written !== "string") {
      throw new AppError("request_invalid", "allocation: is not the id of one.");
    }
    const where = { allocation: written, key: caller.name };
    return json<UsedAnswer>(
      usedJson(await allocations.use(req.param("agent") ?? "", readRecord(item), where)),
    );
  };

  const release: Route = async ({ req }) => {
    const { account } = queryOf(req, releaseQuery);
    const released = await allocations.release(req.param("agent") ?? "", account);
    return json<ReleasedAnswer>({ released: released.map(allocationJson) });
  };

  return { reserve, list, look, report, release };

  function listJson(active: readonly ActiveAllocation[]) {
    return { at: new Date(clock.now()).toISOString(), allocations: active.map(allocationJson) };
  }
}

function sent<Value>(value: Value, status: number, headers?: Readonly<Record<string, string>>): Response {
  return answerWith(JSON.stringify(value), "application/json", status, headers);
}

function retryAfter(at: Instant | undefined, now: Instant): Readonly<Record<string, string>> {
  return at === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil((at - now) / 1000))) };
}

import type { Account } from "../domain/account.ts";
import {
  type Allocation,
  type Binding,
  type EndedAllocation,
  type Grant,
  grant,
  release,
  type Wish,
} from "../domain/allocation.ts";
import { type Estimate, estimateOf, priorityOf, taskType } from "../domain/estimate.ts";
import type { Instant } from "../domain/quota.ts";
import { AppError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { ActiveAllocation, AllocationBooks } from "./allocation-books.ts";
import { type Refusal, type Refused, refusalOf } from "./allocation-refusal.ts";
import { type AllocationRequest, checkRequest, invalid } from "./allocation-request.ts";
import { createReportUse, type ReportUse } from "./allocation-use.ts";
import type { RoomOf } from "./capacity.ts";
import type { RecordUsage } from "./record-usage.ts";
import type { TaskSizes } from "./task-sizes.ts";

/** What the configuration says under `agents`. */
export interface AgentRules {
  /** Active allocations at a time, by provider. */
  maxConcurrent: Readonly<Record<string, number>>;
  /** The same by account. */
  maxConcurrentPerAccount: Readonly<Record<string, number>>;
  /** Whether a high priority may take what low ones have reserved and not used. */
  lendUnused: boolean;
  /** Milliseconds that an allocation lasts, and at most may last. */
  allocationTtl: number;
}

/** An account that serves a combo or a model, and the model to use there. */
export interface Candidate {
  account: string;
  model?: string | undefined;
}

export type Allocated =
  | {
      kind: "granted";
      /** Not when the same had been asked for before. */
      isNew: boolean;
      allocation: ActiveAllocation;
      /** Where the number of tokens comes from; absent when the agent told it, or asks again. */
      estimate?: Estimate | undefined;
      /** What it leaves; absent unless it is new. */
      binding?: Binding | undefined;
    }
  | ({ kind: "refused"; estimate?: Estimate | undefined } & Refusal);

type Reserved = Refused | Extract<Grant, { kind: "granted" | "held" }>;

export interface Allocations {
  /**
   * Reserves tokens, durable once the promise resolves: two agents never get the same ones. An agent holds at most one
   * allocation of each account.
   * @throws request_invalid, not_found for an account or combo that does not exist, conflict when the agent holds an
   * allocation of the account already
   */
  allocate(request: AllocationRequest): Promise<Allocated>;
  /** All that are active, the oldest first. */
  active(): Promise<readonly ActiveAllocation[]>;
  /** @throws not_found when the agent holds none */
  of(agent: string): Promise<readonly ActiveAllocation[]>;
  use: ReportUse;
  /**
   * Ends the agent's allocations, or that of one account, and tells what they were.
   * @throws not_found when there is none
   */
  release(agent: string, account?: string | undefined): Promise<readonly ActiveAllocation[]>;
}

/**
 * @param options.candidatesOf the best first, none when no account serves it; throws not_found for an unknown combo
 * @param options.newId a text of at most 40 letters, digits, `_` and `-` that is never told twice
 */
export function createAllocations(options: {
  accounts: readonly Account[];
  candidatesOf: (wanted: {
    combo?: string | undefined;
    model?: string | undefined;
  }) => Promise<readonly Candidate[]>;
  roomOf: RoomOf;
  books: AllocationBooks;
  taskSizes: Pick<TaskSizes, "sizeOf">;
  recordUsage: RecordUsage;
  rules: AgentRules;
  newId: () => string;
  clock: Clock;
}): Allocations {
  const { books, rules, clock } = options;
  const accounts = new Map(options.accounts.map((account) => [account.id, account]));

  async function candidatesOf({ account, combo, model }: AllocationRequest): Promise<readonly Candidate[]> {
    if (account === undefined) {
      const found = await options.candidatesOf({ combo, model });
      if (found.length > 0) return found;
      throw new AppError("not_found", `No account serves ${combo ?? model}.`);
    }
    if (accounts.has(account)) return [{ account, model }];
    throw new AppError("not_found", `No account is called "${account}".`);
  }

  async function reserve(
    account: Account,
    wanted: Omit<Wish, "account" | "createdAt" | "expiresAt">,
    ttl: number,
  ): Promise<Reserved> {
    const { id, provider } = account;
    return await books.change<Reserved>(provider, async (book, once) => {
      const room = await once(JSON.stringify([id, wanted.model]), () =>
        options.roomOf(account, wanted.model),
      );
      if (room.kind !== "known") return { book, result: { account: id, provider, ...room } };
      const now = clock.now();
      const answer = grant(
        book,
        { ...wanted, account: id, createdAt: now, expiresAt: now + ttl },
        {
          windows: room.windows,
          maxConcurrent: {
            provider: rules.maxConcurrent[provider],
            account: rules.maxConcurrentPerAccount[id],
          },
          lendUnused: rules.lendUnused,
        },
      );
      if (answer.kind === "granted") return { book: answer.book, result: answer };
      return { book, result: answer.kind === "held" ? answer : { account: id, provider, ...answer } };
    });
  }

  async function sizeOf(request: AllocationRequest): Promise<{ tokens: number; estimate?: Estimate }> {
    const { task = "", tokens } = request;
    if (tokens !== undefined) return { tokens };
    const estimate = estimateOf(taskType(task), await options.taskSizes.sizeOf(task), request);
    if (estimate.tokens > 0) return { tokens: estimate.tokens, estimate };
    throw invalid(`task: "${task}" takes no tokens by its estimate. Tell \`tokens\`.`);
  }

  async function asked(request: AllocationRequest): Promise<Allocated | undefined> {
    if (request.request === undefined) return undefined;
    const { active } = await books.find(
      (one) => one.agent === request.agent && "request" in one && one.request === request.request,
    );
    const [allocation] = active;
    return allocation && { kind: "granted", isNew: false, allocation };
  }

  async function allocate(request: AllocationRequest): Promise<Allocated> {
    checkRequest(request, rules.allocationTtl);
    const before = await asked(request);
    if (before !== undefined) return before;
    const { agent, combo, task } = request;
    const { tokens, estimate } = await sizeOf(request);
    const ttl = request.ttl ?? rules.allocationTtl;
    const priority = priorityOf(request);
    const refused: Refused[] = [];
    for (const candidate of await candidatesOf(request)) {
      const account = accounts.get(candidate.account);
      if (account === undefined) continue;
      const wish = { id: options.newId(), agent, model: candidate.model, combo, task, tokens, priority };
      const answer = await reserve(account, { ...wish, request: request.request }, ttl);
      if (answer.kind !== "granted" && answer.kind !== "held") {
        refused.push(answer);
        continue;
      }
      const allocation = { ...answer.allocation, provider: account.provider };
      if (answer.kind === "granted") {
        return { kind: "granted", isNew: true, allocation, estimate, binding: answer.binding };
      }
      // The same was asked for twice at once.
      if (request.request !== undefined && allocation.request === request.request) {
        return { kind: "granted", isNew: false, allocation };
      }
      throw new AppError("conflict", heldText(allocation));
    }
    return { kind: "refused", estimate, ...refusalOf(refused, tokens, clock.now()) };
  }

  return {
    allocate,
    use: createReportUse(options),
    async active() {
      const { active } = await books.find(() => true);
      return active.sort((a, b) => a.createdAt - b.createdAt);
    },
    async of(agent) {
      const { active, ended } = await books.find((one) => one.agent === agent);
      assertSome(agent, active, ended);
      return active;
    },
    async release(agent, account) {
      const isMeant = (one: EndedAllocation | Allocation) =>
        one.agent === agent && (account === undefined || one.account === account);
      const { active, ended } = await books.find(isMeant);
      const providers = [...new Set(active.map(({ provider }) => provider))];
      const released = await Promise.all(
        providers.map((provider) =>
          books.change(provider, async (book) => {
            const gone = book.active.filter(isMeant);
            const result = gone.map((one): ActiveAllocation => ({ ...one, provider }));
            return { book: release(book, gone, clock.now()), result };
          }),
        ),
      );
      assertSome(agent, released.flat(), ended);
      return released.flat();
    },
  };
}

/** @throws not_found, with what has become of the agent's last one */
function assertSome(agent: string, active: readonly unknown[], ended: EndedAllocation | undefined): void {
  if (active.length > 0) return;
  const how = ended?.how === "expired" ? "has expired" : "was released";
  const last =
    ended === undefined ? "" : ` The last one, of ${ended.account}, ${how} at ${iso(ended.endedAt)}.`;
  throw new AppError("not_found", `${agent} holds no allocation.${last}`);
}

function heldText({ agent, id, account, tokens, expiresAt }: Allocation): string {
  const which = `${id}, ${tokens.toLocaleString("en-US")} tokens, until ${iso(expiresAt)}`;
  return `${agent} holds an allocation of ${account} already (${which}). Release it before you ask for another.`;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}

import { type Allocation, addUse, type EndedAllocation } from "../domain/allocation.ts";
import { totalTokens } from "../domain/usage.ts";
import type { ActiveAllocation, AllocationBooks } from "./allocation-books.ts";
import { checkAgent, invalid, longestId } from "./allocation-request.ts";
import type { RecordUsage, Reported } from "./record-usage.ts";

/** What came of a report of use. It is in the ledger in any case. */
export interface Used {
  /** Id of the record in the ledger. */
  record: string;
  /** Whether the ledger had it already, so that nothing was added. */
  duplicate: boolean;
  /** What it counted to; `none` when its agent holds no allocation, and none that ended within a day. */
  state: "active" | EndedAllocation["how"] | "none";
  /** As it is after that. */
  allocation?: ActiveAllocation | undefined;
  ended?: EndedAllocation | undefined;
}

/**
 * Enters what an agent has used into the ledger, once by its id, and counts it to the agent's allocation.
 *
 * @param where.allocation id of the allocation, where the agent tells which one it is about
 * @param where.key name of the key it came with
 * @throws request_invalid when the report cannot be understood, or when it may be about several allocations
 */
export type ReportUse = (
  agent: string,
  report: Reported,
  where: { allocation?: string | undefined; key: string },
) => Promise<Used>;

/** @param options.newId a text that is never told twice */
export function createReportUse(options: {
  books: AllocationBooks;
  recordUsage: RecordUsage;
  newId: () => string;
}): ReportUse {
  const { books } = options;

  async function target(agent: string, account: string | undefined, allocation: string | undefined) {
    const isMeant = (one: Allocation | EndedAllocation) =>
      one.agent === agent &&
      (account === undefined || one.account === account) &&
      (allocation === undefined || one.id === allocation);
    const { active, ended } = await books.find(isMeant);
    if (active.length > 1) {
      const names = active.map((one) => one.account).join(" and ");
      throw invalid(`${agent} holds allocations of ${names}: tell the \`account\` that this was used of.`);
    }
    return active[0] === undefined ? { ended } : { active: active[0] };
  }

  /** The ledger comes first: what is on its way between the two is held twice rather than by nobody. */
  return async (agent, report, where) => {
    checkAgent(agent);
    if ("problem" in report) throw invalid(report.problem);
    if ((report.id?.length ?? 0) > longestId) {
      throw invalid(`id: is longer than ${longestId} characters. Send a shorter one, or none.`);
    }
    if (where.allocation !== undefined && !/^[\w-]{1,40}$/.test(where.allocation)) {
      throw invalid("allocation: is not the id of one.");
    }
    const { active, ended } = await target(agent, report.account, where.allocation);
    const about = active ?? ended;
    const record = `${about?.id ?? where.allocation ?? agent}:${report.id ?? options.newId()}`;
    const draft = {
      ...report,
      id: record,
      agent,
      account: report.account ?? about?.account,
      model: report.model ?? about?.model,
      combo: report.combo ?? about?.combo,
      task: report.task ?? about?.task,
      source: "allocation" as const,
    };
    const { accepted, rejected } = await options.recordUsage.record([draft], { key: where.key });
    if (rejected[0] !== undefined) throw invalid(rejected[0].message);
    const recorded = { record, duplicate: accepted === 0 };
    if (active === undefined) return { ...recorded, state: ended?.how ?? "none", ended };

    const tokens = report.tokens === undefined ? 0 : totalTokens(report.tokens);
    const counted = { id: report.id, isNew: accepted > 0, tokens };
    return await books.change(active.provider, async (book) => {
      const after = addUse(book, active.id, counted);
      const allocation = after.active.find(({ id }) => id === active.id);
      const late = after.ended.find(({ id }) => id === active.id);
      const result: Used = allocation
        ? { ...recorded, state: "active", allocation: { ...allocation, provider: active.provider } }
        : { ...recorded, state: late?.how ?? "none", ended: late };
      return { book: after, result };
    });
  };
}

import { overageOf, unusedOf } from "../domain/allocation.ts";
import type { Estimate } from "../domain/estimate.ts";
import type { Instant } from "../domain/quota.ts";
import type { Allocated } from "./allocate.ts";
import type { ActiveAllocation } from "./allocation-books.ts";
import type { Used } from "./allocation-use.ts";

/** An active allocation as JSON for scripts; null is what was not told. */
export function allocationJson(allocation: ActiveAllocation) {
  const { id, agent, account, provider, priority, tokens, used, lent } = allocation;
  return {
    ...{ id, agent, account, provider },
    model: allocation.model ?? null,
    combo: allocation.combo ?? null,
    task: allocation.task ?? null,
    request: allocation.request ?? null,
    ...{ priority, tokens, used },
    unused: unusedOf(allocation),
    overage: overageOf(allocation),
    lent,
    createdAt: iso(allocation.createdAt),
    expiresAt: iso(allocation.expiresAt),
  };
}

export function estimateJson(estimate: Estimate) {
  const { task, tokens, input, output, basis, factors, priority } = estimate;
  return { task, tokens, input, output, basis, factors, priority };
}

/** A granted request: the allocation, where its tokens come from, and what is left of the window with the least. */
export function grantedJson({ allocation, estimate, binding }: Extract<Allocated, { kind: "granted" }>) {
  return {
    ...allocationJson(allocation),
    estimate: estimate === undefined ? null : estimateJson(estimate),
    capacity:
      binding === undefined
        ? null
        : {
            free: Math.max(0, binding.free),
            window: binding.window.id,
            basis: binding.window.basis,
            resetsAt: isoOrNull(binding.window.resetsAt),
          },
  };
}

/** Why a request was not granted, by account. */
export function refusedJson({ code, message, estimate, accounts }: Extract<Allocated, { kind: "refused" }>) {
  return {
    error: {
      code,
      message,
      accounts: accounts.map((one) => ({
        account: one.account,
        reason: one.reason,
        message: one.message,
        free: one.free ?? null,
        window: one.window ?? null,
        basis: one.basis ?? null,
        resetsAt: isoOrNull(one.resetsAt),
      })),
      estimate: estimate === undefined ? null : estimateJson(estimate),
    },
  };
}

/** What came of a report of use. */
export function usedJson({ record, duplicate, state, allocation, ended }: Used) {
  return {
    record,
    duplicate,
    state,
    overage: allocation === undefined ? null : overageOf(allocation),
    allocation: allocation === undefined ? null : allocationJson(allocation),
    endedAt: isoOrNull(ended?.endedAt),
    message: state === "active" ? null : lateText[state],
  };
}

const lateText = {
  released: "The allocation had been released before; what was used is in the ledger all the same.",
  expired: "The allocation had expired before; what was used is in the ledger all the same.",
  none: "The agent holds no allocation that this could count to; what was used is in the ledger all the same.",
} as const;

function iso(at: Instant): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: Instant | undefined): string | null {
  return at === undefined ? null : iso(at);
}

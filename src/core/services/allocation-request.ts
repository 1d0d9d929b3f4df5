import type { Circumstances } from "../domain/estimate.ts";
import { AppError } from "../errors.ts";

/** What an agent asks for: tokens, or a task to estimate them from; of an account, or of one that is chosen. */
export interface AllocationRequest extends Circumstances {
  agent: string;
  account?: string | undefined;
  combo?: string | undefined;
  model?: string | undefined;
  tokens?: number | undefined;
  task?: string | undefined;
  /** Milliseconds. */
  ttl?: number | undefined;
  /** Asking again with the same is answered with the allocation that there is. */
  request?: string | undefined;
}

/** So long may be what an agent calls its requests and reports. */
export const longestId = 120;
const longestAgent = 64;

/**
 * @param longest milliseconds that an allocation may last
 * @throws request_invalid for a request that makes no sense, whatever there is left
 */
export function checkRequest(request: AllocationRequest, longest: number): void {
  const { agent, account, combo, model, tokens, task, ttl } = request;
  checkAgent(agent);
  if (request.request !== undefined) checkName("id", request.request, longestId);
  if (account === undefined && combo === undefined && model === undefined) {
    throw invalid("Tell an `account`, a `combo` or a `model`.");
  }
  if (combo !== undefined && (account !== undefined || model !== undefined)) {
    throw invalid("A `combo` goes without `account` and `model`.");
  }
  if (tokens === undefined && task === undefined) {
    throw invalid("Tell `tokens`, or a `task` to estimate them from.");
  }
  if (tokens !== undefined && (!Number.isSafeInteger(tokens) || tokens < 1)) {
    throw invalid("tokens: must be a whole number of at least 1.");
  }
  if (ttl !== undefined && !(ttl > 0 && ttl <= longest)) {
    throw invalid(`ttl: must be at most ${longest / 1000} seconds, as agents.allocationTtl has it.`);
  }
}

/** @throws request_invalid for what no agent can be called */
export function checkAgent(agent: string): void {
  checkName("agent", agent, longestAgent);
  // In an address these are steps through folders.
  if (agent === "." || agent === "..") throw invalid("agent: must be more than dots.");
}

function checkName(field: string, name: string, longest: number): void {
  if (name !== "" && name.length <= longest && name === name.trim() && /^\P{C}+$/u.test(name)) return;
  throw invalid(`${field}: must be one line of 1 to ${longest} characters, without spaces around it.`);
}

export function invalid(message: string): AppError {
  return new AppError("request_invalid", message);
}

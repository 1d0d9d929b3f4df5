import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import type { HttpAnswer } from "../core/provider.ts";
import { type Problem, problemOf } from "./google-problem.ts";
import { rateLimited } from "./kit/http.ts";
import { toInstant } from "./kit/lenient.ts";
import { retryAfterOf } from "./kit/retry-after.ts";

/** Why Cloud Code gave no answer, with the error to throw when nothing better can be made of it. */
export type Failure = { error: AppError } & (
  | {
      /** The account itself is refused: sign-in, verification, suspension, client. Nothing else need be asked. */
      kind: "decided";
    }
  | {
      /** A quota is used up; that is a fact to show. `model` is absent when it was not named. */
      kind: "exhausted";
      model?: string | undefined;
      resetsAt?: Instant | undefined;
    }
  /** Paid credits are used up. */
  | { kind: "credits" }
  /** HTTP 403 without a known reason: the host or the project may be the wrong one. */
  | { kind: "refused" }
  /** The host does not know this call. */
  | { kind: "missing" }
  /** The host cannot be reached or has trouble. */
  | { kind: "trouble" }
  /** Throttled, or not understood. */
  | { kind: "other" }
);

export interface FailureContext {
  /** The provider's name, for messages. */
  name: string;
  /** What to tell somebody whose account this client does not serve. */
  unsupportedClient: string;
  now: Instant;
}

/**
 * What an answer that is not 2xx means; undefined leaves it to the general rules. Google's error envelope, and its
 * reasons as the Gemini CLI tells them apart (packages/core/src/utils/googleQuotaErrors.ts); checked 2026-11-22.
 */
export function explainFailure(answer: HttpAnswer, context: FailureContext): Failure | undefined {
  const { name } = context;
  const { status } = answer;
  if (status === 404 || status === 501) {
    return fail(
      "missing",
      "provider_unexpected_response",
      `${name} does not know this call (HTTP ${status}).`,
    );
  }
  const problem = problemOf(answer.body);
  if (problem === undefined || status === 401) return undefined;
  const { says } = problem;
  const delay = problem.delay ?? retryAfterOf(answer.header("retry-after"), context.now);
  if (says("VALIDATION_REQUIRED")) {
    return {
      kind: "decided",
      error: verificationNeeded(name, [
        problem.metadata.get("validation_url"),
        problem.metadata.get("validation_link"),
        ...problem.links,
      ]),
    };
  }
  if (says("UNSUPPORTED_CLIENT")) {
    return fail("decided", "provider_not_applicable", context.unsupportedClient);
  }
  if (says("SECURITY_POLICY_VIOLATED")) {
    return fail(
      "decided",
      "provider_forbidden",
      `A security policy of the organisation (VPC Service Controls) keeps ${name} from answering here. Ask the Google Cloud administrator.`,
    );
  }
  if (says("INSUFFICIENT_G1_CREDITS_BALANCE")) {
    return fail(
      "credits",
      "provider_forbidden",
      `${name}: the paid credits are used up. Buy more or wait for the reset.`,
    );
  }
  if (says("MODEL_CAPACITY_EXHAUSTED")) {
    return {
      kind: "trouble",
      error: new AppError(
        "provider_unavailable",
        `${name} has no capacity right now. This is not your quota.`,
        { retryAfter: delay },
      ),
    };
  }
  if (status === 403) return explain403(problem, context);
  const tooMany = status === 429;
  if (tooMany && /\blimit: 0(?!\.?\d)/.test(problem.message)) {
    return fail(
      "decided",
      "provider_forbidden",
      `${name}: the plan of this account includes no quota for this use.`,
    );
  }
  const throttled = says("RATE_LIMIT_EXCEEDED");
  if (problem.daily || says("QUOTA_EXHAUSTED") || (problem.resetsIn !== undefined && !throttled)) {
    return {
      kind: "exhausted",
      model: problem.metadata.get("model"),
      resetsAt: resetOf(problem, context.now),
      error: new AppError("provider_rate_limited", `${name} says the quota is used up.`),
    };
  }
  if (!tooMany && !throttled) return undefined;
  return { kind: "other", error: rateLimited(name, delay ?? problem.resetsIn) };
}

/** The error for an account that Google wants a person to verify; a link is used only if it leads to Google. */
export function verificationNeeded(name: string, links: readonly (string | undefined)[]): AppError {
  return new AppError(
    "provider_needs_action",
    `Google wants the owner of this ${name} account to verify it. Open the link, or sign in to ${name} again and follow it.`,
    { actionUrl: links.find((link) => link !== undefined && leadsToGoogle(link)) },
  );
}

/** An error of the given code, as the failure of the given kind. */
function fail(kind: Exclude<Failure["kind"], "exhausted">, code: AppError["code"], message: string): Failure {
  return { kind, error: new AppError(code, message) };
}

function explain403(problem: Problem, { name }: FailureContext): Failure {
  // Not one reason for a ban is documented: go by the appeal page or by the words.
  const words = `${problem.reasons.join(" ")} ${problem.message}`;
  if (
    problem.metadata.has("appeal_url") ||
    /violat|terms[ _]of[ _]service|\btos(_|\b)|suspended|account (is|was|has been) (blocked|disabled)|\bbanned\b|\bappeal\b/i.test(
      words,
    )
  ) {
    return fail(
      "decided",
      "provider_forbidden",
      `Google has suspended this account for ${name}. Only its owner can appeal, in ${name} itself.`,
    );
  }
  return fail(
    "refused",
    "provider_forbidden",
    `${name} refuses this account its quota (HTTP 403). Check the account's licence and the \`project\` setting.`,
  );
}

function resetOf(problem: Problem, now: Instant): Instant | undefined {
  const told = toInstant(problem.metadata.get("quotaResetTimeStamp"));
  if (told !== undefined) return told;
  // A daily quota comes with a retry delay of seconds, which has nothing to do with its reset.
  const delay = problem.resetsIn ?? (problem.daily ? undefined : problem.delay);
  return delay === undefined ? undefined : now + delay;
}

function leadsToGoogle(link: string): boolean {
  if (!URL.canParse(link)) return false;
  const { protocol, hostname } = new URL(link);
  return protocol === "https:" && /(^|\.)google\.com$/.test(hostname);
}

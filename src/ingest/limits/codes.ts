import type { RefusalKind } from "../../core/domain/limit-report.ts";

/** What a code in the body of a refusal means. */
export interface CodeMeaning {
  kind: RefusalKind;
  reason: string;
  /** Whether waiting helps only when somebody acts: an end that is told beside it means nothing. */
  needsPerson?: true;
}

const noMoney = { kind: "quota", reason: "No credit is left", needsPerson: true } as const;
const spendCap = { kind: "quota", reason: "The spend limit is reached", needsPerson: true } as const;
const planLimit = { kind: "quota", reason: "The plan's limit is reached" } as const;
const tooFast = { kind: "rate", reason: "Calls come too fast" } as const;
const tooMany = { kind: "rate", reason: "Too many calls at a time" } as const;
const busy = { kind: "capacity", reason: "The provider has no capacity for the model" } as const;

/** By the code as the provider writes it. Checked 2026-11-22. */
const meanings: Readonly<Record<string, CodeMeaning>> = {
  // OpenAI: platform.openai.com/docs/guides/error-codes
  insufficient_quota: noMoney,
  credit_balance_exhausted: noMoney,
  billing_hard_limit_reached: spendCap,
  organization_spend_limit_exceeded: spendCap,
  project_spend_limit_exceeded: spendCap,
  organization_usage_limit_exceeded: spendCap,
  rate_limit_exceeded: tooFast,
  slow_down: tooFast,
  server_is_overloaded: busy,
  // Codex
  usage_limit_reached: planLimit,
  usage_not_included: { kind: "quota", reason: "The plan does not include this", needsPerson: true },
  // Anthropic: docs.claude.com/en/api/errors; `error.details.error_code`
  overloaded_error: busy,
  enforced_spend_limit_reached: spendCap,
  // Google: google.rpc.ErrorInfo
  QUOTA_EXHAUSTED: planLimit,
  INSUFFICIENT_G1_CREDITS_BALANCE: noMoney,
  RATE_LIMIT_EXCEEDED: tooFast,
  MODEL_CAPACITY_EXHAUSTED: busy,
  // Z.ai: docs.z.ai/api-reference/api-code
  "1113": noMoney,
  "1302": tooMany,
  "1303": tooFast,
  "1305": busy,
  "1308": { kind: "quota", reason: "The plan's 5-hour limit is reached" },
  "1309": { kind: "quota", reason: "The plan has ended", needsPerson: true },
  "1310": { kind: "quota", reason: "The plan's weekly or monthly limit is reached" },
  "1312": busy,
  "1313": { kind: "rate", reason: "The plan's fair use is exceeded" },
  ...Object.fromEntries(["1316", "1317", "1318", "1319", "1320", "1321"].map((code) => [code, planLimit])),
  // MiniMax
  "2056": planLimit,
  // Moonshot, LiteLLM
  exceeded_current_quota_error: noMoney,
  engine_overloaded_error: busy,
  rate_limit_reached_error: tooFast,
  budget_exceeded: spendCap,
};

/** The meaning of the first of the codes that is known, with the code. */
export function meaningOf(codes: readonly string[]): (CodeMeaning & { code: string }) | undefined {
  for (const code of codes) {
    const meaning = Object.hasOwn(meanings, code) ? meanings[code] : undefined;
    if (meaning !== undefined) return { ...meaning, code };
  }
  return undefined;
}

/** What a message in words means, where no code does. */
export function meaningOfWords(message: string): CodeMeaning | undefined {
  const words = message.toLowerCase();
  // What Google says of anything that it refuses without details.
  if (words.includes("(e.g. check quota)")) return undefined;
  if (/overloaded|at capacity|no capacity|model is busy|high demand/.test(words)) return busy;
  if (/per[ -]?(day|week|month)|daily|weekly|monthly|\b(tpd|rpd)\b/.test(words)) {
    return { kind: "quota", reason: "The quota of a day or longer is used up" };
  }
  if (/per[ -]?(minute|second|hour)|\b(rpm|tpm)\b|too fast|frequency/.test(words)) return tooFast;
  if (/concurren|at the same time|simultaneous/.test(words)) return tooMany;
  if (/insufficient (balance|credit|funds)|out of credits?|no credits?/.test(words)) return noMoney;
  if (/usage limit|quota|使用上限|limit exhausted/.test(words)) {
    return { kind: "quota", reason: "The quota is used up" };
  }
  return undefined;
}

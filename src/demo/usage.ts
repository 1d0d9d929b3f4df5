import type { Instant } from "../core/domain/quota.ts";
import type { UsageDraft } from "../core/services/record-usage.ts";

/** Who works with what in the demo: an account's model, and how many calls of how many tokens on an ordinary day. */
const habits = [
  {
    account: "claude-lan",
    model: "claude-opus-4-5",
    user: "lan",
    operation: "code",
    calls: 18,
    tokens: 9_000,
  },
  { account: "codex-team", model: "gpt-5-codex", user: "mai", operation: "code", calls: 14, tokens: 7_000 },
  { account: "glm-main", model: "glm-4.7", user: "koa", operation: "translate", calls: 22, tokens: 3_000 },
  {
    account: "openai-acme",
    model: "gpt-5-mini",
    user: "support-bot",
    operation: "answer",
    calls: 30,
    tokens: 4_000,
  },
  {
    account: "night-batch",
    model: "deepseek-chat",
    user: "batch",
    operation: "summarise",
    calls: 12,
    tokens: 20_000,
  },
  {
    account: "ai-studio",
    model: "gemini-2.5-flash",
    user: "lan",
    operation: "draft",
    calls: 9,
    tokens: 2_500,
  },
] as const;

const hour = 3_600_000;
const days = 14;

/** Two weeks of made-up calls before an instant, weekends calmer than workdays; the same every time. */
export function demoUsage(now: Instant): UsageDraft[] {
  const drafts: UsageDraft[] = [];
  for (let day = 0; day < days; day += 1) {
    const weekday = new Date(now - day * 24 * hour).getUTCDay();
    const calm = weekday === 0 || weekday === 6;
    for (const { account, model, user, operation, calls, tokens } of habits) {
      const number = Math.max(1, Math.round(calls * (calm ? 0.25 : 1) * swing(day)));
      for (let call = 0; call < number; call += 1) {
        // Spread over the ten hours before this time of day.
        const at = now - day * 24 * hour - Math.round((call / number) * 10 * hour) - 60_000;
        const size = Math.round(tokens * swing(day + call));
        drafts.push({
          ...{ id: `demo-${account}-${day}-${call}`, at, account, model, user, operation, source: "api" },
          tokens: {
            input: size,
            output: Math.round(size / 4),
            cacheRead: size * 2,
            cacheWrite: 0,
            reasoning: 0,
          },
          durationMs: 900 + Math.round(size / 5),
          outcome: call % 23 === 22 ? "rate_limited" : "ok",
        });
      }
    }
  }
  return drafts;
}

/** From 0.7 to 1.3, up and down. */
function swing(step: number): number {
  return 1 + 0.3 * Math.sin(step * 2.1);
}

import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Message } from "../../src/core/domain/message.ts";
import { bindingQuotas, tightestQuota } from "../../src/core/domain/quota.ts";
import { budgetStatus } from "../../src/core/messages/budget.ts";
import { digest } from "../../src/core/messages/digest.ts";
import { createUsageNames } from "../../src/core/messages/usage-names.ts";
import type { DigestFacts } from "../../src/core/services/digest-facts.ts";
import type { AccountReport } from "../../src/core/services/quota-report.ts";
import { renderDiscord } from "../../src/discord/render.ts";
import { renderSlack } from "../../src/slack/render.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota, start } from "../fakes/core.ts";
import { limitProblems, schemaProblems, textOf } from "../fakes/discord/schemas.ts";
import { figures } from "../fakes/usage.ts";
import { monthsCost } from "../fakes/usage-examples.ts";
import { problemsOf } from "./slack-limits.ts";

const hour = 3_600_000;
const accounts = [account("claude-lan", { label: "Lan's Max" }), account("glm-main", { label: "GLM" })];
const called = {
  names: createUsageNames(accounts, new Map()),
  nameAccount: (id: string) => ({
    name: accounts.find((one) => one.id === id)?.label ?? id,
    providerName: "Acme",
  }),
};

function report(name: string, used: number, rest: Partial<AccountReport> = {}): AccountReport {
  const readings = [quota({ used, resetsAt: start + 3 * hour })];
  return {
    ...{ account: name, name, provider: "acme", providerName: "Acme", state: "ok" },
    ...{ stale: false, reading: false, readings, fetchedAt: start - 300_000, paces: new Map() },
    ...{ binding: bindingQuotas(readings), tightest: tightestQuota(readings) },
    ...rest,
  };
}

const window = { id: "weekly", label: "weekly", usedPercent: 93 };
const day = (usd: number) => ({
  ...{ requests: 120, tokens: 1_200_000, includedMicros: 0, freeMicros: 0 },
  billedMicros: usd * 1e6,
});

/** A day on which there is something of everything, and more than fits. */
const full: DigestFacts = {
  at: start,
  today: "2026-11-22",
  kind: "day",
  period: { name: "yesterday", from: "2026-11-21", to: "2026-11-21" },
  cost: {
    ...monthsCost,
    models: [...monthsCost.models, { value: "gemini-2.5-pro", figures: figures({ requests: 3 }) }],
    users: ["lan@example.org", "minh@example.org", "", "hoa@example.org", "an@example.org"].map((value) => ({
      value,
      figures: figures({ requests: 9, billedMicros: 1_200_000 }),
    })),
  },
  corrections: [{ day: "2026-11-20", was: day(3.9), now: day(4.2) }],
  low: [
    ...[report("Lan's Max", 100), report("GLM", 93), report("CI seat", 88), report("Octo", 85)],
    report("Kimi", 81),
  ],
  stuck: [report("Codex Minh", 20, { state: "auth_expired" }), report("Copilot", 20, { state: "forbidden" })],
  resets: [1, 5, 2, 9].map((hours, index) => ({
    name: ["Lan's Max", "GLM", "CI seat", "Octo"][index] ?? "",
    reading: quota(),
    at: start + hours * hour,
  })),
  changes: [
    {
      event: { type: "quota.runaway", at: start, account: "glm-main", window },
      openedAt: start - 2 * hour,
      times: 1,
    },
    {
      event: { type: "cost.spike", at: start, money: { usedMicros: 12_000_000, usualMicros: 3_000_000 } },
      ...{ openedAt: start - 13 * hour, endedAt: start - 13 * hour, times: 1 },
    },
    {
      event: { type: "quota.reset", at: start, account: "claude-lan", window },
      ...{ openedAt: start - 9 * hour, endedAt: start - 7 * hour, times: 3 },
    },
    {
      event: { type: "source.recovered", at: start, account: "octo" },
      ...{ openedAt: start - 9 * hour, endedAt: start - 7 * hour, times: 1 },
    },
  ],
  firstSeen: [{ account: "glm-main", window }],
  health: {
    ...{ accounts: 14, inOrder: 12, oldestRead: start - 12 * 60_000 },
    ...{ refusing: ["slack:#gone"], store: {} },
  },
};

/** A day of a team that reports no usage, with nothing to worry about. */
const calm: DigestFacts = {
  ...{ at: start, today: "2026-11-22", kind: "day", period: full.period },
  ...{ corrections: [], low: [], stuck: [], resets: full.resets.slice(0, 2), changes: [], firstSeen: [] },
  health: { accounts: 4, inOrder: 4, oldestRead: start - 300_000, refusing: [], store: {} },
};

const examples: readonly (readonly [string, Message])[] = [
  ["digest", digest(full, called)],
  ["digest-calm", digest(calm, called)],
  [
    "budget",
    budgetStatus({
      budgets: [
        {
          ...{ id: "daily", period: "day", usd: 5, at: [80, 100], switchTo: "free" },
          setBy: { surface: "slack", user: "U012ABC", at: start - hour },
        },
        { id: "monthly", period: "month", usd: 4, at: [50, 80, 100] },
      ],
      statuses: monthsCost.budgets,
      projection: monthsCost.projection,
      mode: { to: "free", budget: "daily", until: "2026-11-22" },
      surface: "slack",
    }),
  ],
];

describe.each(examples)("%s", (name, message) => {
  it("looks like this on a terminal", async () => {
    const context = { now: start, timezone: "UTC", terminal: { width: 100, colour: false } };
    const text = `${renderTerminal(message, context)}\n`;
    await expect(text).toMatchFileSnapshot(`snapshots/terminal-${name}.txt`);
  });

  it("looks like this on Slack, within its limits", async () => {
    const rendered = renderSlack(message, { now: start, timezone: "UTC" });
    expect(problemsOf(rendered)).toEqual([]);
    await expect(`${rendered.text}\n\n---\n${stringify(rendered.blocks)}`).toMatchFileSnapshot(
      `snapshots/slack-${name}.txt`,
    );
  });

  it("looks like this on Discord, within its limits", async () => {
    const rendered = renderDiscord(message, { now: start });
    expect([...schemaProblems("message", rendered), ...limitProblems(rendered)]).toEqual([]);
    await expect(`${textOf(rendered)}\n`).toMatchFileSnapshot(`discord/${name}.md`);
  });
});

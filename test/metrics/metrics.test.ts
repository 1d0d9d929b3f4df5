import { describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { start } from "../fakes/core.ts";
import { createMetricsHouse } from "./house.ts";

const session = 'account="claude-lan",provider="acme",reading="session",scope=""';

describe("accounts", () => {
  it("are told by window: used, left, limit in their own unit, and when they start over", async () => {
    const { series, live } = createMetricsHouse();
    await live();
    expect(await series("quotabot_quota_used_ratio")).toEqual([
      `quotabot_quota_used_ratio{${session}} 0.37`,
      'quotabot_quota_used_ratio{account="claude-lan",provider="acme",reading="weekly-opus",scope="opus"} 0.75',
      'quotabot_quota_used_ratio{account="over-limit",provider="acme",reading="session",scope=""} 1.3',
    ]);
    expect(await series("quotabot_quota_left_ratio")).toEqual([
      `quotabot_quota_left_ratio{${session}} 0.63`,
      'quotabot_quota_left_ratio{account="claude-lan",provider="acme",reading="weekly-opus",scope="opus"} 0.25',
      'quotabot_quota_left_ratio{account="over-limit",provider="acme",reading="session",scope=""} 0',
    ]);
    expect(await series("quotabot_quota_used")).toContain(
      'quotabot_quota_used{account="claude-lan",provider="acme",reading="weekly-opus",scope="opus",unit="hours"} 30',
    );
    expect(await series("quotabot_quota_reset_timestamp_seconds")).toEqual([
      `quotabot_quota_reset_timestamp_seconds{${session}} ${start / 1000 + 7_200}`,
    ]);
  });

  it("have no series for what is unknown, and none that is 0 or no number instead", async () => {
    const { metrics, series, live } = createMetricsHouse();
    await live();
    const unknown = (await metrics.text()).split("\n").filter((line) => line.includes('reading="unknown"'));
    expect(unknown).toEqual([
      'quotabot_quota_limit{account="claude-lan",provider="acme",reading="unknown",scope="",unit="percent"} 100',
    ]);
    expect(await series("quotabot_last_success_timestamp_seconds")).not.toContainEqual(
      expect.stringContaining("signed-out"),
    );
    expect(await metrics.text()).not.toMatch(/ nan$/im);
  });

  it("have balances and spends in their own unit", async () => {
    const { series, live } = createMetricsHouse();
    await live();
    const extra = 'account="claude-lan",provider="acme",reading="extra-usage",unit="usd"';
    expect(await series("quotabot_balance")).toEqual([
      'quotabot_balance{account="router-main",provider="acme",reading="credits",unit="usd"} 10',
    ]);
    expect(await series("quotabot_spend")).toEqual([`quotabot_spend{${extra}} 12.33`]);
    expect(await series("quotabot_spend_limit")).toEqual([`quotabot_spend_limit{${extra}} 50`]);
  });

  it("are in one state each", async () => {
    const { series, live, accounts } = createMetricsHouse();
    const isOn = (line: string) => line.endsWith(" 1");
    expect((await series("quotabot_account_state")).filter(isOn)).toEqual(
      accounts.map(({ id }) => `quotabot_account_state{account="${id}",provider="acme",state="pending"} 1`),
    );
    await live();
    const states = await series("quotabot_account_state");
    expect(states).toHaveLength(accounts.length * 9);
    expect(states.filter(isOn)).toEqual([
      'quotabot_account_state{account="claude-lan",provider="acme",state="ok"} 1',
      'quotabot_account_state{account="router-main",provider="acme",state="ok"} 1',
      'quotabot_account_state{account="over-limit",provider="acme",state="ok"} 1',
      'quotabot_account_state{account="signed-out",provider="acme",state="auth_expired"} 1',
    ]);
  });

  it("keep their numbers when these grow old, with their age", async () => {
    const { series, live, clock } = createMetricsHouse();
    await live();
    const labels = 'account="claude-lan",provider="acme"';
    expect(await series("quotabot_account_stale")).toContain(`quotabot_account_stale{${labels}} 0`);
    clock.advance(3_600_000);
    expect(await series("quotabot_account_stale")).toContain(`quotabot_account_stale{${labels}} 1`);
    expect(await series("quotabot_snapshot_age_seconds")).toContain(
      `quotabot_snapshot_age_seconds{${labels}} 3600`,
    );
    expect(await series("quotabot_last_success_timestamp_seconds")).toContain(
      `quotabot_last_success_timestamp_seconds{${labels}} ${start / 1000}`,
    );
    expect(await series("quotabot_quota_left_ratio")).toContain(`quotabot_quota_left_ratio{${session}} 0.63`);
  });
});

describe("money", () => {
  it("is that of the team's day, with the budgets", async () => {
    const { series, records } = createMetricsHouse();
    await records([
      { costMicros: 4_000_000, tokens: { input: 10, reasoning: 2 } },
      { costMicros: 900_000, costBasis: "included", billing: "subscription", outcome: "timeout" },
      { day: "2026-11-21", at: start - 86_400_000, costMicros: 1_000_000, tokens: { input: 5 } },
    ]);
    expect(await series("quotabot_today_cost_dollars")).toEqual([
      'quotabot_today_cost_dollars{account="claude-lan"} 4',
    ]);
    expect(await series("quotabot_today_list_value_dollars")).toEqual([
      'quotabot_today_list_value_dollars{account="claude-lan"} 0.9',
    ]);
    expect(await series("quotabot_today_requests")).toEqual([
      'quotabot_today_requests{account="claude-lan",outcome="ok"} 1',
      'quotabot_today_requests{account="claude-lan",outcome="error"} 1',
    ]);
    expect(await series("quotabot_today_tokens")).toContain(
      'quotabot_today_tokens{model="glm-4.7",class="input"} 10',
    );
    const daily = 'budget="daily",period="day"';
    expect(await series("quotabot_budget_used_ratio")).toEqual([`quotabot_budget_used_ratio{${daily}} 0.8`]);
    expect(await series("quotabot_budget_used_dollars")).toEqual([
      `quotabot_budget_used_dollars{${daily}} 4`,
    ]);
    expect(await series("quotabot_budget_limit_dollars")).toEqual([
      `quotabot_budget_limit_dollars{${daily}} 5`,
    ]);
  });

  it("names the 50 models most used, the others together, and nobody", async () => {
    const { series, records, metrics } = createMetricsHouse();
    await records(
      Array.from({ length: 60 }, (_, index) => ({ model: `model-${index}`, tokens: { input: index + 1 } })),
    );
    await records([{ model: undefined, tokens: { input: 3 } }]);
    const lines = (await series("quotabot_today_tokens")).filter((line) => line.includes('class="input"'));
    expect(lines).toHaveLength(52);
    expect(lines).toContain('quotabot_today_tokens{model="model-59",class="input"} 60');
    expect(lines).toContain('quotabot_today_tokens{model="other",class="input"} 55');
    expect(lines).toContain('quotabot_today_tokens{model="unknown",class="input"} 3');
    expect(await metrics.text()).not.toContain("lan@example.org");
  });
});

describe("alerts", () => {
  it("are counted once however many channels hear of them, without what is over and what somebody waits for", async () => {
    const { series, live } = createMetricsHouse();
    await live();
    const active = await series("quotabot_alerts_active");
    expect(active.filter((line) => !line.endsWith(" 0"))).toEqual([
      'quotabot_alerts_active{event="quota.low",severity="warning"} 1',
    ]);
    expect(active).toContain('quotabot_alerts_active{event="quota.exhausted",severity="critical"} 0');
    expect(await series("quotabot_outbox_pending")).toEqual(["quotabot_outbox_pending 1"]);
  });
});

describe("the bot itself", () => {
  it("tells its version, its health and how late it is", async () => {
    const { series } = createMetricsHouse();
    expect(await series("quotabot_build_info")).toEqual([
      `quotabot_build_info{version="1.2.3",node_version="${process.version}"} 1`,
    ]);
    expect(await series("quotabot_healthy")).toEqual([
      'quotabot_healthy{check="store"} 1',
      'quotabot_healthy{check="slack"} 0',
    ]);
    expect(await series("quotabot_store_writable")).toEqual(["quotabot_store_writable 1"]);
    expect(await series("quotabot_scheduler_lag_seconds")).toEqual([
      'quotabot_scheduler_lag_seconds{scheduled_job="read"} 90',
      'quotabot_scheduler_lag_seconds{scheduled_job="sweep"} 0',
    ]);
    expect(await series("process_resident_memory_bytes")).toHaveLength(1);
    expect(await series("nodejs_eventloop_lag_p99_seconds")).toHaveLength(1);
  });

  it("says nothing of a store that nobody has looked at, and of no job where there is none", async () => {
    const { series } = createMetricsHouse({ health: () => [], jobs: () => [] });
    expect(await series("quotabot_store_writable")).toEqual([]);
    expect(await series("quotabot_scheduler_lag_seconds")).toEqual([]);
  });
});

describe("a source that fails", () => {
  it("is missing, and said to be, once in the log, until it is back", async () => {
    const outage = { on: false };
    const { metrics, series, live, log, store } = createMetricsHouse();
    await live();
    const { usage } = store.ledger;
    store.ledger.usage = async (query) => {
      if (outage.on) throw new AppError("store_unavailable", "The database is away.");
      return await usage(query);
    };
    expect(await series("quotabot_today_cost_dollars")).toHaveLength(1);
    outage.on = true;
    expect(await series("quotabot_today_cost_dollars")).toEqual([]);
    expect(await series("quotabot_budget_used_ratio")).toEqual([]);
    expect(await series("quotabot_quota_left_ratio")).toHaveLength(3);
    expect(await series("quotabot_scrape_collector_success")).toContain(
      'quotabot_scrape_collector_success{collector="money"} 0',
    );
    const told = log.lines.filter(({ message }) => message.startsWith("Metrics are missing"));
    expect(told).toMatchObject([{ level: "warn", fields: { part: "money" } }]);
    outage.on = false;
    expect(await metrics.text()).toContain('quotabot_scrape_collector_success{collector="money"} 1');
    expect(await series("quotabot_today_cost_dollars")).toHaveLength(1);
  });

  it("is not waited for longer than scrapers wait", async () => {
    const { series, store } = createMetricsHouse({ patience: 50 });
    store.outbox.find = () => new Promise(() => {});
    expect(await series("quotabot_outbox_pending")).toEqual([]);
    expect(await series("quotabot_scrape_collector_success")).toContain(
      'quotabot_scrape_collector_success{collector="alerts"} 0',
    );
  });
});

it("asks its sources once for all who scrape at the same time", async () => {
  const { metrics, store } = createMetricsHouse();
  let asked = 0;
  const { find } = store.outbox;
  store.outbox.find = async (query) => {
    asked += "open" in query ? 1 : 0;
    return await find(query);
  };
  const texts = await Promise.all([metrics.text(), metrics.text(), metrics.text()]);
  expect([asked, new Set(texts).size]).toEqual([1, 1]);
  await metrics.text();
  expect(asked).toBe(2);
});

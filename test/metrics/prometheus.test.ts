import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { panelExpressions, prometheusConfig, ruleExpressions, rulesFile } from "./documents.ts";
import { createMetricsHouse } from "./house.ts";
import { isInstalled, promtool, startPrometheus } from "./prometheus-server.ts";
import { readKey, serveMetrics } from "./serving.ts";

const skipped = isInstalled ? "" : " (skipped: prometheus and promtool are not installed)";

describe.skipIf(!isInstalled)(`a real Prometheus${skipped}`, () => {
  it("finds nothing to complain of in the metrics", async () => {
    const { metrics, live } = createMetricsHouse();
    await live();
    expect(promtool(["check", "metrics"], await metrics.text())).toEqual({ status: 0, output: "" });
    expect(
      promtool(["check", "metrics"], "# HELP x_total What.\n# TYPE x_total gauge\nx_total 1\n").status,
    ).not.toBe(0);
  });

  it("takes the alert rules, and alerts by them when it should", () => {
    const { status, output } = promtool(["check", "rules", rulesFile]);
    expect([status, output]).toEqual([0, expect.stringContaining(`${ruleExpressions.length} rules found`)]);
    const tests = join(import.meta.dirname, "quotabot.rules.test.yml");
    expect(promtool(["test", "rules", tests])).toEqual({
      status: 0,
      output: expect.stringContaining("SUCCESS"),
    });
  });

  it("scrapes the bot with the documents' configuration, and answers their dashboard", async () => {
    const { metrics, live, records } = createMetricsHouse();
    await live();
    const url = await serveMetrics(metrics);
    const config = prometheusConfig();
    config.global = { scrape_interval: "1s", evaluation_interval: "1s" };
    config.scrape_configs[0].static_configs[0].targets = [new URL(url).host];
    config.scrape_configs[0].authorization.credentials_file = "quotabot.key";
    const rules = readFileSync(rulesFile, "utf8");
    const prometheus = await startPrometheus(config, {
      "quotabot.key": readKey,
      "quotabot.rules.yml": rules,
    });

    // Rates need two scrapes.
    const scrapes = async () => (await prometheus.query('count_over_time(up{job="quotabot"}[1m])'))[0]?.[1];
    await expect.poll(scrapes, { timeout: 30_000, interval: 200 }).toBeGreaterThanOrEqual(2);
    await records([{ costMicros: 1_000_000, tokens: { input: 500 } }]);
    const spent = async () => await prometheus.query("quotabot_today_cost_dollars");
    await expect.poll(spent, { timeout: 30_000, interval: 200 }).toEqual([[{ account: "claude-lan" }, 3.5]]);

    expect(await prometheus.query('up{job="quotabot"}')).toEqual([[{}, 1]]);
    expect(await prometheus.query("quotabot_quota_left_ratio")).toEqual([
      [{ account: "claude-lan", provider: "acme", reading: "session" }, 0.63],
      [{ account: "claude-lan", provider: "acme", reading: "weekly-opus", scope: "opus" }, 0.25],
      [{ account: "over-limit", provider: "acme", reading: "session" }, 0],
    ]);
    const written = (await metrics.text()).match(/^quotabot_/gm)?.length;
    expect(await prometheus.query('count({__name__=~"quotabot_.+"})')).toEqual([[{}, written]]);

    const empty: string[] = [];
    for (const one of panelExpressions) {
      const expression = one.replaceAll("$account", ".*").replaceAll("$__rate_interval", "1m");
      if ((await prometheus.query(expression)).length === 0) empty.push(expression);
    }
    // The windows of this house start over in a year of its own.
    expect(empty.filter((expression) => !expression.includes("time()"))).toEqual([]);

    const health = async () => new Set((await prometheus.rules()).map((rule) => rule.health));
    await expect.poll(health, { timeout: 30_000, interval: 200 }).toEqual(new Set(["ok"]));
  });
});

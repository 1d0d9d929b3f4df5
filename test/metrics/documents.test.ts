import { describe, expect, it } from "vitest";
import { dashboard, metricsIn, page, panelExpressions, ruleExpressions } from "./documents.ts";
import { createMetricsHouse } from "./house.ts";

/** All metrics that there are, with the names of their labels as far as they have series. */
async function existing() {
  const { metrics, live } = createMetricsHouse();
  await live();
  const text = await metrics.text();
  const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? "");
  const labels = new Map(names.map((name) => [name, new Set<string>()]));
  for (const [, name = "", pairs = ""] of text.matchAll(/^([a-z0-9_]+?)(?:_bucket)?\{(.*)\} /gm)) {
    for (const [, label = ""] of pairs.matchAll(/(\w+)="/g)) if (label !== "le") labels.get(name)?.add(label);
  }
  return { names, labels };
}

describe("the page of metrics", () => {
  it("lists all that are ours, each once, and none that does not exist", async () => {
    const { names } = await existing();
    const listed = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name ?? "");
    expect(listed.toSorted()).toEqual(names.filter((name) => name.startsWith("quotabot_")).sort());
    const prefixes = /^(quotabot_today|process|nodejs)$/;
    expect(metricsIn(page).filter((name) => !names.includes(name) && !prefixes.test(name))).toEqual([]);
  });

  it("tells their labels", async () => {
    const { labels } = await existing();
    let before: string[] = [];
    for (const [, name = "", cell = ""] of page.matchAll(/^\| `(\w+)` \| (.*?) ?\|/gm)) {
      const named = [...cell.matchAll(/`(\w+)`/g)].map(([, label]) => label ?? "");
      const told = cell.startsWith("the same") ? [...before, ...named] : named;
      before = cell.includes(" and ") ? before : told;
      const real = [...(labels.get(name) ?? [])];
      // Some have no series in this house.
      if (real.length > 0) expect([name, told.sort()]).toEqual([name, real.sort()]);
    }
  });
});

it.each([
  ["the alert rules", ruleExpressions],
  ["the dashboard", panelExpressions],
])("%s ask for metrics that exist", async (_, expressions) => {
  const { names } = await existing();
  expect(expressions.length).toBeGreaterThan(10);
  expect(metricsIn(expressions.join("\n")).filter((name) => !names.includes(name))).toEqual([]);
});

describe("the dashboard", () => {
  it("asks the data source that is chosen, in the form that Grafana imports", () => {
    expect(dashboard).toMatchObject({ uid: "quotabot", title: "quotabot", schemaVersion: 39 });
    const [source, account] = dashboard.templating.list;
    expect(source).toMatchObject({ name: "datasource", type: "datasource", query: "prometheus" });
    expect(account).toMatchObject({ name: "account", type: "query" });
    const asked = dashboard.panels.flatMap(({ datasource, targets = [] }) => [
      ...(datasource === undefined ? [] : [datasource.uid]),
      ...targets.map((target) => target.datasource.uid),
    ]);
    expect(new Set(asked)).toEqual(new Set([`\${${source?.name}}`]));
  });

  it("has panels with an id, a name and a place of their own", () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of panels) {
      expect(title).not.toBe("");
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, x < 24 && !taken.has(`${x} ${y}`)]).toEqual([title, true]);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });
});

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

export const docs = resolve(import.meta.dirname, "../../docs");
const read = (path: string) => readFileSync(join(docs, path), "utf8");

export const page = read("metrics.md");
export const rulesFile = join(docs, "prometheus/quotabot.rules.yml");

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string } | undefined;
  targets?: readonly { refId: string; expr: string; datasource: { uid: string } }[] | undefined;
}

interface Variable {
  name: string;
  type: string;
  query: unknown;
}

export const dashboard = JSON.parse(read("grafana/quotabot.json")) as {
  uid: string;
  title: string;
  schemaVersion: number;
  templating: { list: readonly Variable[] };
  panels: readonly Panel[];
};

export const ruleExpressions = (
  parse(readFileSync(rulesFile, "utf8")) as { groups: { rules: { expr: string }[] }[] }
).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));

export const panelExpressions = dashboard.panels.flatMap(({ targets = [] }) =>
  targets.map(({ expr }) => expr),
);

/** The example of Prometheus' own configuration. */
export const prometheusConfig = () => parse(read("prometheus/prometheus.yml"));

/** The metrics that a text names. */
export function metricsIn(text: string): string[] {
  const names = text.match(/\b(quotabot|process|nodejs)_[a-z0-9_]*[a-z0-9]\b/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, "")))].sort();
}

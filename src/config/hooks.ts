import type { AlertRule } from "../core/services/alert-rules.ts";
import type { WrittenAlert, WrittenChannel } from "./schema.ts";
import { usualThresholds } from "./values.ts";

/** The rules that are written, and one for each named channel that asks for events itself. */
export function resolveAlerts(
  written: readonly WrittenAlert[],
  channels: Readonly<Record<string, WrittenChannel>>,
): AlertRule[] {
  const hooks = Object.entries(channels).flatMap(([name, { webhook, events }]): AlertRule[] => {
    if (events === undefined) return [];
    const id = `${webhook === undefined ? "email" : "webhook"}:${name}`;
    return [{ channels: [id], accounts: ["*"], at: usualThresholds, resets: true, events, hook: true }];
  });
  return [...written, ...hooks];
}

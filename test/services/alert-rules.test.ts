import { describe, expect, it } from "vitest";
import type { EventType } from "../../src/core/domain/event.ts";
import { asWished, moneyWishes, wishesFor } from "../../src/core/services/alert-rules.ts";
import { alertRule } from "../fakes/alert-house.ts";
import { quota, start } from "../fakes/core.ts";
import { finding, incident, look } from "../fakes/incident-memory.ts";

const weekly = { id: "weekly", label: "weekly" };
const session = { id: "session", label: "5-hour" };

describe("What a channel wants to know", () => {
  it("is what the rules say that name the account, or any that draws on its pool", () => {
    const rules = [alertRule("all"), alertRule("glm", { accounts: ["glm-*"] })];
    const channels = (...accounts: string[]) => wishesFor(rules, accounts).map(({ channel }) => channel);
    expect(channels("claude-lan")).toEqual(["all"]);
    expect(channels("glm-main")).toEqual(["all", "glm"]);
    expect(channels("claude-lan", "glm-main")).toEqual(["all", "glm"]);
  });

  it("is what all its rules say together, each threshold once", () => {
    const rules = [
      alertRule("ops", { at: [80, 90] }),
      alertRule("ops", { at: [50, 80], windows: ["weekly"] }),
    ];
    const [ops, ...others] = wishesFor(rules, ["a"]);
    expect(others).toEqual([]);
    expect(ops?.thresholds(quota())).toEqual([80, 90]);
    expect([...(ops?.thresholds(quota(weekly)) ?? [])].sort()).toEqual([50, 80, 90]);
  });

  it("is of some windows only, by label or id, where a rule says so, and of accounts all the same", () => {
    const [ops] = wishesFor([alertRule("ops", { windows: ["weekly", "session"] })], ["a"]);
    expect(ops?.thresholds({ id: "other", label: "monthly" })).toEqual([]);
    expect(ops?.wants({ type: "quota.runaway", window: { id: "other", label: "monthly" } })).toBe(false);
    expect(ops?.wants({ type: "quota.runaway", window: session })).toBe(true);
    expect(ops?.wants({ type: "overage.started", window: { id: "extra", label: "Extra usage" } })).toBe(true);
    expect(ops?.wants({ type: "account.forbidden" })).toBe(true);
  });

  it("is of some events only where a rule says so", () => {
    const wants = (events: readonly string[], type: EventType) =>
      wishesFor([alertRule("ops", { events })], ["a"])[0]?.wants({ type, window: session });
    expect(wants(["quota.exhausted"], "quota.exhausted")).toBe(true);
    expect(wants(["quota.exhausted"], "quota.low")).toBe(false);
    expect(wants(["quota.*"], "quota.running_out")).toBe(true);
    expect(wants(["quota.*"], "source.stale")).toBe(false);
  });

  it("has the thresholds whose events it wants", () => {
    const thresholds = (events: readonly string[]) =>
      wishesFor([alertRule("ops", { events })], ["a"])[0]?.thresholds(quota());
    expect(thresholds(["quota.exhausted"])).toEqual([100]);
    expect(thresholds(["quota.low"])).toEqual([80, 90]);
    expect(thresholds(["cost.*"])).toEqual([]);
  });

  it("is that something is back only where the rule of that window says so", () => {
    const rules = [
      alertRule("ops", { windows: ["weekly"], resets: true }),
      alertRule("ops", { windows: ["session"], resets: false }),
    ];
    const [ops] = wishesFor(rules, ["a"]);
    expect(ops?.wants({ type: "quota.reset", window: weekly })).toBe(true);
    expect(ops?.wants({ type: "quota.reset", window: session })).toBe(false);
    expect(ops?.wants({ type: "quota.reset_early", window: session })).toBe(false);
    expect(ops?.wants({ type: "quota.low", window: session })).toBe(true);
  });
});

describe("Money", () => {
  const channels = (rules: Parameters<typeof moneyWishes>[0]) =>
    moneyWishes(rules).map(({ channel }) => channel);

  it("is told where everything is told, and where nothing is, to all", () => {
    const narrow = alertRule("glm", { accounts: ["glm-*"] });
    expect(channels([alertRule("all"), narrow])).toEqual(["all"]);
    expect(channels([narrow])).toEqual(["glm"]);
    expect(channels([])).toEqual([]);
  });

  it("is told to hooks beside the others", () => {
    const hook = alertRule("hook", { hook: true });
    const narrow = alertRule("glm", { accounts: ["glm-*"] });
    expect(channels([narrow, hook])).toEqual(["glm", "hook"]);
  });
});

describe("A look as a channel wishes it", () => {
  const known = [incident({ subject: "state|a|x", event: { type: "account.signed_out", at: start } })];
  const recovered = { event: { type: "account.recovered", at: start } } as const;
  const seen = look({
    findings: [finding(), finding({ subject: "other", event: { type: "quota.exhausted", at: start } })],
    endings: new Map([["state|a|x", recovered]]),
  });

  it("has only the findings that it wants, and endings only as being over", () => {
    const [wish] = wishesFor([alertRule("ops", { events: ["quota.low", "account.signed_out"] })], ["a"]);
    const { findings, endings } = asWished(seen, wish as NonNullable<typeof wish>, known);
    expect(findings.map(({ event }) => event.type)).toEqual(["quota.low"]);
    expect(endings.get("state|a|x")).toEqual({ event: known[0]?.event, quiet: true });
  });

  it("is whole where it wants everything", () => {
    const [wish] = wishesFor([alertRule("ops")], ["a"]);
    expect(asWished(seen, wish as NonNullable<typeof wish>, known)).toEqual(seen);
  });
});

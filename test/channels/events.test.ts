import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventJson } from "../../src/channels/event-json.ts";
import { createWebhook } from "../../src/channels/webhook.ts";
import { findOften, findProjections, findRunaways } from "../../src/core/domain/account-findings.ts";
import { type AlertEvent, type EventType, eventTypes, severityOf } from "../../src/core/domain/event.ts";
import type { Message } from "../../src/core/domain/message.ts";
import { findBudgets, findSpike } from "../../src/core/domain/money-findings.ts";
import { findOverage } from "../../src/core/domain/overage-findings.ts";
import { findQuotas } from "../../src/core/domain/quota-findings.ts";
import { findAccountState } from "../../src/core/domain/state-findings.ts";
import type { Clock } from "../../src/core/ports.ts";
import { problemsOf } from "../config/harness.ts";
import { createManualClock, quota, snapshot, start } from "../fakes/core.ts";
import { incidentOf } from "../fakes/incidents.ts";
import { examples } from "./event-examples.ts";
import { everything, low, plain } from "./messages.ts";
import { createReceiver } from "./receiver.ts";

const docs = join(import.meta.dirname, "../../docs");
const page = readFileSync(join(docs, "events.md"), "utf8");
const schema = JSON.parse(readFileSync(join(docs, "events.schema.json"), "utf8")) as { $defs: object };
const ajv = new Ajv2020({ allErrors: true, strict: true });
const validate = ajv.compile(schema);

/** What is wrong with a post that holds these events. */
function faultsOf(...events: unknown[]): string[] {
  const post = {
    id: "1",
    kind: "alert",
    at: "2026-11-22T03:00:00Z",
    title: "",
    text: "",
    tone: "good",
    events,
  };
  validate(post);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function exampleOf(type: EventType): AlertEvent {
  return { type, at: start, ...examples[type] };
}

async function posted(
  message: Message,
  options: { events?: AlertEvent[]; clock?: Clock; secret?: string; key?: string } = {},
) {
  const receiver = await createReceiver();
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const { clock = createManualClock(), secret, ...about } = options;
  await createWebhook({
    ...{ id: "webhook:ops", url: receiver.url, secret, dispatcher, clock },
    ...{ timezone: "UTC", version: "1" },
  }).post(message, about);
  const [first] = receiver.received;
  if (first === undefined) throw new Error("nothing came");
  return first;
}

/** The block of a language on the page. */
function snippet(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(page)?.[1] ?? "";
}

function exhausted(number: number) {
  return incidentOf(`i${number}`, { number, subject: "quota|claude-lan||session", fullAt: start });
}

describe("an event as JSON", () => {
  it.each(eventTypes)("fits the published schema: %s", (type) => {
    expect(faultsOf(eventJson(exampleOf(type)))).toEqual([]);
  });

  it("fits it as it is found", () => {
    const about = { account: "claude-lan", at: start, firstSight: false, open: [], known: [], readings: [] };
    const window = quota({ used: 96, resetsAt: start + 1000 });
    const facts = { ...about, thresholds: () => [80, 100], resets: true };
    const rise = { reading: window, usedPercent: 96, points: 20.25, over: 600_000 };
    const projection = {
      ...{ reading: window, usedPercent: 96, basis: "6%/h" },
      runsOut: { at: start + 0.5, beforeReset: 999.5 },
    };
    const budget = {
      id: "daily",
      period: "day",
      from: "2026-11-22",
      limitMicros: 5_000_000,
      at: [80, 100],
    } as const;
    const stateOf = (state: "forbidden" | "ok", now: number) =>
      findAccountState({
        ...{ account: "claude-lan", interval: 600_000, now, awakeSince: start, known: [] },
        snapshot: snapshot("claude-lan", { state, message: "It is blocked." }),
      });
    const findings = [
      ...findQuotas({ ...facts, readings: [window, quota({ id: "week", used: 120 })] }).findings,
      ...findProjections({ ...about, projections: [projection] }).findings,
      ...findRunaways({ ...about, rises: [rise], top: { dimension: "user", value: "", part: 1 / 3 } }),
      ...findOverage({
        ...about,
        readings: [{ kind: "spend", id: "extra", label: "Extra", unit: "usd", used: 0.1 }],
      }).findings,
      ...findOften({ ...about, known: [1, 2, 3, 4, 5].map((n) => exhausted(n)) }),
      ...stateOf("forbidden", start).findings,
      ...stateOf("ok", start + 86_400_000).findings,
      ...findBudgets(
        [
          { ...budget, usedMicros: 4_000_000, projectedMicros: 6_000_000 },
          { ...budget, id: "b", usedMicros: 5_000_000, switchTo: "free" },
        ],
        { now: start, open: [] },
      ).findings,
      ...findSpike(
        { day: "2026-11-22", now: start, usedMicros: 9_000_000, before: [1, 2, 4] },
        { factor: 2, minimumMicros: 1, minimumDays: 3 },
      ),
    ];
    const types = findings.map(({ event }) => event.type);
    expect(new Set(types).size).toBe(13);
    expect(faultsOf(...findings.map(({ event }) => eventJson(event)))).toEqual([]);
  });

  it("fits nothing when its type is unknown, a field is missing or one is not its own", () => {
    const json = eventJson(exampleOf("quota.low"));
    expect(faultsOf({ ...json, type: "quota.lower" })).not.toEqual([]);
    expect(faultsOf({ ...json, window: undefined })).not.toEqual([]);
    expect(faultsOf({ ...json, budget: {} })).not.toEqual([]);
    expect(faultsOf({ ...json, at: start })).not.toEqual([]);
    expect(faultsOf({ ...json, severity: "critical" })).not.toEqual([]);
  });

  it("leaves out what is unknown, and tells nothing of it as 0", () => {
    const event: AlertEvent = {
      ...{ type: "quota.low", at: start, since: 0, account: undefined, threshold: undefined },
      window: { id: "a", label: "A", scope: undefined, usedPercent: undefined, resetsAt: undefined },
    };
    expect(eventJson(event)).toEqual({
      type: "quota.low",
      severity: "warning",
      at: "2026-11-22T03:00:00Z",
      window: { id: "a", label: "A" },
      since: "1970-01-01T00:00:00Z",
    });
  });

  it("tells money exactly and spans in seconds", () => {
    expect(eventJson(exampleOf("budget.reached"))).toMatchObject({
      budget: { limitUsd: 5, limitMicros: 5_000_000 },
      money: { usedUsd: 4.000001, usedMicros: 4_000_001, projectedUsd: 7, projectedMicros: 7_000_000 },
    });
    expect(eventJson(exampleOf("quota.running_out"))).toMatchObject({
      projection: { runsOutAt: "2026-11-22T03:00:01.235Z", beforeResetSeconds: 90 },
    });
    expect(eventJson(exampleOf("quota.exhausted"))).toMatchObject({
      window: { usedPercent: 104, remainingPercent: 0, resetsAt: "2026-11-22T04:00:00.317Z" },
    });
  });
});

describe("the page about events", () => {
  it("lists every type with its severity, and no other", () => {
    const rows = [...page.matchAll(/^\| `([a-z]+\.[a-z_]+)` \| (\w+) \|/gm)];
    expect(rows.map(([, type, severity]) => [type, severity])).toEqual(
      eventTypes.map((type) => [type, severityOf(type)]),
    );
    expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining([...eventTypes]));
  });

  it("has an example that the configuration accepts", async () => {
    expect(await problemsOf(snippet("yaml"), { environment: { HOOK_SECRET: "a-secret" } })).toEqual([]);
  });

  it("shows what is really posted", async () => {
    const shown = JSON.parse(snippet("json")) as { id: string };
    const window = { id: "session", label: "5-hour", usedPercent: 91, resetsAt: start + 3_600_000 };
    const text = [
      "5-hour window: 9% left, resets ",
      { instant: start + 3_600_000, style: "countdown" as const },
      ".",
    ];
    const { body } = await posted(
      { ...plain, blocks: [{ type: "text", text }] },
      { events: [low({ window })], key: "c3fk2x9.0" },
    );
    expect(JSON.parse(body)).toEqual(shown);
    validate(shown);
    expect(validate.errors).toBeNull();
  });

  it("has a schema that every message fits", async () => {
    validate(JSON.parse((await posted(everything)).body));
    expect(validate.errors).toBeNull();
  });
});

describe("the signature", () => {
  const secret = "a secret of the team";
  const clock: Clock = { now: () => Date.now() };

  it("is found right by the Node lines of the page, and only when it is", async () => {
    const { isFromQuotabot } = (await import(
      `data:text/javascript,${encodeURIComponent(snippet("js"))}`
    )) as { isFromQuotabot(headers: object, body: string | Buffer, secret: string): boolean };
    const { headers, body } = await posted({ ...plain, title: "Größe 😀" }, { secret, clock });
    expect(isFromQuotabot(headers, body, secret)).toBe(true);
    expect(isFromQuotabot(headers, Buffer.from(body), secret)).toBe(true);
    expect(isFromQuotabot(headers, `${body} `, secret)).toBe(false);
    expect(isFromQuotabot(headers, body, "another")).toBe(false);
    expect(isFromQuotabot({}, body, secret)).toBe(false);
    const later = String(Number(headers["x-quotabot-timestamp"]) + 1);
    expect(isFromQuotabot({ ...headers, "x-quotabot-timestamp": later }, body, secret)).toBe(false);
    const old = await posted(plain, { secret, clock: createManualClock(Date.now() - 600_000) });
    expect(isFromQuotabot(old.headers, old.body, secret)).toBe(false);
  });

  const python = spawnSync("python3", ["--version"]).status === 0;
  it.skipIf(!python)("is found right by the Python lines of the page", async () => {
    const { headers, body } = await posted({ ...plain, title: "Größe 😀" }, { secret, clock });
    const check = `${snippet("python")}
import json, sys
given = json.load(sys.stdin)
body = given["body"].encode()
print(is_from_quotabot(given["headers"], body, given["secret"]), is_from_quotabot(given["headers"], body + b" ", given["secret"]))`;
    const input = JSON.stringify({ headers, body, secret });
    const { stdout, stderr } = spawnSync("python3", ["-c", check], { input, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.trim()).toBe("True False");
  });
});

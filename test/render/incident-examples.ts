import type { AlertEvent, EventType } from "../../src/core/domain/event.ts";
import type { Incident } from "../../src/core/domain/incident.ts";
import type { NameAccount } from "../../src/core/messages/event-words.ts";
import { start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;

const names: Readonly<Record<string, [name: string, providerName: string]>> = {
  "glm-main": ["GLM main", "Z.ai (GLM)"],
  "claude-lan": ["Lan's Max", "Claude"],
};

export const nameAccount: NameAccount = (id) => {
  const [name, providerName] = names[id] ?? [id, "Acme"];
  return id.startsWith("seat-")
    ? { name: "seat-a, seat-b", alone: id, providerName }
    : { name, providerName };
};

const session = { id: "session", label: "5-hour", resetsAt: start + 2 * hour + 5 * minute };
const weekly = { id: "weekly", label: "weekly", scope: "Fable", resetsAt: start + 50 * hour };
const glm = { at: start, account: "glm-main" };
const claude = { at: start, account: "claude-lan" };
const daily = { id: "daily", period: "day", from: "2026-11-22", limitMicros: 5_000_000 } as const;
const monthly = { id: "monthly", period: "month", from: "2026-11-01", limitMicros: 150_000_000 } as const;

/** One event of each type, as the finders make them. */
export const events: Readonly<Record<EventType, AlertEvent>> = {
  "quota.low": { ...glm, type: "quota.low", threshold: 80, window: { ...session, usedPercent: 82.4 } },
  "quota.exhausted": {
    ...claude,
    type: "quota.exhausted",
    threshold: 100,
    window: { ...weekly, usedPercent: 100 },
  },
  "quota.reset": {
    ...glm,
    type: "quota.reset",
    window: { ...session, usedPercent: 0 },
    since: start - 2 * hour,
  },
  "quota.reset_early": { ...glm, type: "quota.reset_early", window: { ...session, usedPercent: 1 } },
  "quota.reset_moved": {
    ...claude,
    type: "quota.reset_moved",
    window: { ...weekly, usedPercent: 40 },
    moved: { from: start + 50 * hour, to: start + 26 * hour },
  },
  "quota.recovered": { ...glm, type: "quota.recovered", window: { ...session, usedPercent: 61 } },
  "quota.running_out": {
    ...claude,
    type: "quota.running_out",
    window: { ...weekly, usedPercent: 71 },
    projection: { runsOutAt: start + 19 * hour, beforeReset: 31 * hour, basis: "as fast as in the last 6 h" },
  },
  "quota.runaway": {
    ...glm,
    type: "quota.runaway",
    window: { ...session, usedPercent: 44 },
    rise: { points: 22, minutes: 15 },
    top: { dimension: "agent", value: "agent-7", part: 0.83 },
  },
  "quota.exhausted_often": { ...glm, type: "quota.exhausted_often", often: { times: 5, days: 7 } },
  "account.signed_out": {
    ...claude,
    type: "account.signed_out",
    reason: "The sign-in has expired. Sign in again with `claude login`.",
  },
  "account.forbidden": {
    ...claude,
    type: "account.forbidden",
    reason: "Claude has blocked this account. Ask its owner to look at the mail from Claude.",
  },
  "account.needs_action": {
    ...claude,
    type: "account.needs_action",
    reason: "Claude wants the account verified. Open claude.ai and follow what it says.",
  },
  "account.recovered": { ...claude, type: "account.recovered" },
  "source.stale": {
    ...glm,
    type: "source.stale",
    since: start - 95 * minute,
    reason: "Z.ai answers with HTTP 503.",
  },
  "source.recovered": { ...glm, type: "source.recovered" },
  "overage.started": {
    ...claude,
    type: "overage.started",
    window: { id: "extra-usage", label: "Extra usage" },
    amount: { used: 0.42, limit: 50, unit: "usd" },
  },
  "budget.reached": {
    at: start,
    type: "budget.reached",
    budget: daily,
    threshold: 80,
    money: { usedMicros: 4_120_000, projectedMicros: 6_400_000 },
    top: { dimension: "model", value: "claude-opus-4-5", part: 0.61 },
  },
  "budget.projected": {
    at: start,
    type: "budget.projected",
    budget: monthly,
    money: { usedMicros: 98_000_000, projectedMicros: 171_000_000 },
    top: { dimension: "account", value: "glm-main", part: 0.48 },
  },
  "budget.exceeded": {
    at: start,
    type: "budget.exceeded",
    budget: daily,
    threshold: 100,
    money: { usedMicros: 5_030_000, projectedMicros: 6_400_000 },
    top: { dimension: "model", value: "claude-opus-4-5", part: 0.61 },
  },
  "budget.period_over": {
    at: start,
    type: "budget.period_over",
    budget: daily,
    money: { usedMicros: 5_030_000, projectedMicros: 6_400_000 },
  },
  "cost.spike": {
    at: start,
    type: "cost.spike",
    money: { usedMicros: 14_200_000, usualMicros: 3_100_000 },
    top: { dimension: "user", value: "lan@example.org", part: 0.7 },
  },
  "route.switched": {
    at: start,
    type: "route.switched",
    budget: daily,
    switched: { from: "the usual accounts", to: "free accounts" },
    reason: "Until the end of the day, as budget daily is exceeded.",
  },
};

const news: ReadonlySet<EventType> = new Set([
  "quota.reset",
  "quota.reset_early",
  "quota.reset_moved",
  "quota.exhausted_often",
  "cost.spike",
]);
const ends: ReadonlySet<EventType> = new Set([
  "quota.recovered",
  "account.recovered",
  "source.recovered",
  "budget.period_over",
]);

/** The incident of an event as it is told first: something that goes on, news, or the end of something. */
export function told(event: AlertEvent): Incident {
  if (news.has(event.type)) return incident(event, { endedAt: event.at });
  if (!ends.has(event.type)) return incident(event);
  const since = event.at - 3 * hour;
  return incident({ ...event, since }, { openedAt: since, endedAt: event.at, version: 2 });
}

/** The incident of an event, fresh unless said otherwise. */
export function incident(event: AlertEvent, changes: Partial<Incident> = {}): Incident {
  return {
    key: `slack:#ai-quota|${event.type}|1`,
    id: "3fk2ab",
    channel: "slack:#ai-quota",
    scope: event.account ?? "budgets",
    subject: event.type,
    number: 1,
    level: event.threshold ?? 1,
    event,
    openedAt: event.at,
    version: 1,
    loud: true,
    delivery: { sentVersion: 0, attempts: 0, nextTry: event.at },
    revision: 0,
    ...changes,
  };
}

const low = events["quota.low"];
const openedAt = start - 65 * minute;
const person = "U01ALICE";

/** How one alert goes on, and alerts that come together. */
export const stories: Readonly<Record<string, readonly Incident[]>> = {
  escalated: [
    incident(
      { ...low, threshold: 90, window: { ...session, usedPercent: 93 } },
      { openedAt, level: 90, version: 2 },
    ),
  ],
  "escalated, nothing left": [
    incident(
      { ...low, type: "quota.exhausted", threshold: 100, window: { ...session, usedPercent: 100 } },
      { openedAt, level: 100, version: 3 },
    ),
  ],
  "taken on": [incident(low, { openedAt, takenBy: person, version: 2, loud: false })],
  snoozed: [
    incident(low, { openedAt, snoozedUntil: start + hour, snoozedBy: person, version: 2, loud: false }),
  ],
  "taken on and snoozed": [
    incident(low, { openedAt, takenBy: person, snoozedUntil: session.resetsAt, version: 3, loud: false }),
  ],
  "over, as it has reset": [
    incident(
      { ...events["quota.reset"], since: openedAt, threshold: 80 },
      {
        ...{ openedAt, endedAt: start, takenBy: person, version: 2, loud: false },
        delivery: { sentVersion: 1, where: "C1/1", attempts: 0, nextTry: start },
      },
    ),
  ],
  "over before anybody was told": [
    incident(
      { ...events["quota.reset"], since: openedAt, threshold: 100 },
      { openedAt, endedAt: start, version: 2 },
    ),
  ],
  "back, and low already": [
    incident(low, { subject: "quota|glm-main||session" }),
    incident({ ...low, type: "quota.reset" }, { endedAt: start, subject: "back|glm" }),
  ],
  "over, while a longer window is exhausted": [
    incident(
      { ...low, since: openedAt, blockedBy: { ...weekly, usedPercent: 100 } },
      { openedAt, endedAt: start, version: 2, loud: false },
    ),
  ],
  "over, with nothing left of the next window": [
    incident(
      {
        ...{ ...low, type: "quota.exhausted", window: { ...session, usedPercent: 100 }, since: openedAt },
        blockedBy: { ...session, resetsAt: start + 5 * hour, usedPercent: 100 },
      },
      { openedAt, endedAt: start, version: 2, loud: false },
    ),
  ],
  "exhausted, and a little less since": [
    incident(
      { ...low, type: "quota.exhausted", threshold: 100, window: { ...session, usedPercent: 99 } },
      { openedAt, level: 100, version: 3 },
    ),
  ],
  "back, low already and used up fast": [
    incident(low, { subject: "quota|glm-main||session" }),
    incident({ ...events["quota.runaway"] }, { subject: "runaway|glm-main||session" }),
    incident({ ...low, type: "quota.reset" }, { endedAt: start, subject: "back|glm" }),
  ],
  "over, as it has run out": [
    incident(
      { ...events["quota.running_out"], window: { ...session, usedPercent: 100 }, since: openedAt },
      { openedAt, endedAt: start, version: 2, loud: false },
    ),
  ],
  "over, as the budget is expected to last": [
    incident(
      {
        ...events["budget.projected"],
        money: { usedMicros: 98_000_000, projectedMicros: 130_000_000 },
        since: openedAt,
      },
      { openedAt, endedAt: start, version: 2, loud: false },
    ),
  ],
  "two seats of one plan": [
    incident({ ...events["quota.exhausted"], account: "seat-a" }),
    incident({ ...events["account.signed_out"], account: "seat-b" }),
  ],
  "over, without more being known": [
    incident(
      { ...events["quota.running_out"], since: openedAt },
      { openedAt, endedAt: start, version: 2, loud: false },
    ),
  ],
  "over, an account that works again": [
    incident({ ...events["account.recovered"], since: openedAt }, { openedAt, endedAt: start, version: 2 }),
  ],
  "three together": [
    incident(low),
    incident(events["quota.exhausted"], { takenBy: person }),
    incident(events["account.signed_out"]),
  ],
  "three together, two of them over": [
    incident({ ...events["quota.reset"], since: openedAt }, { openedAt, endedAt: start, version: 2 }),
    incident(events["quota.exhausted"], { openedAt }),
    incident({ ...events["account.recovered"], since: openedAt }, { openedAt, endedAt: start, version: 2 }),
  ],
  "three together, all of them over": [
    incident({ ...events["quota.reset"], since: openedAt }, { openedAt, endedAt: start, version: 2 }),
    incident({ ...events["source.recovered"], since: openedAt }, { openedAt, endedAt: start, version: 2 }),
    incident({ ...events["account.recovered"], since: openedAt }, { openedAt, endedAt: start, version: 2 }),
  ],
  "two pieces of news together": [told(events["quota.reset"]), told(events["quota.reset_moved"])],
  "forty together": Array.from({ length: 40 }, (_, index) =>
    incident({
      ...(index % 10 === 0 ? events["quota.exhausted"] : low),
      account: `account-${String(index + 1).padStart(2, "0")}`,
    }),
  ),
};

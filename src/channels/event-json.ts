import { type AlertEvent, severityOf } from "../core/domain/event.ts";
import { iso } from "../core/services/json-fields.ts";

/**
 * An event as programs read it; docs/events.schema.json says which type has which fields. Instants are ISO 8601, spans
 * seconds, money both in US dollars and in whole micro-dollars. What is unknown is absent.
 */
export function eventJson(event: AlertEvent): object {
  const { type, account, threshold, reason, rise, often, amount, switched } = event;
  return withoutAbsent({
    type,
    severity: severityOf(type),
    at: iso(event.at),
    account,
    window: event.window && windowJson(event.window),
    threshold,
    since: event.since === undefined ? undefined : iso(event.since),
    reason,
    projection: event.projection && {
      runsOutAt: iso(event.projection.runsOutAt),
      beforeResetSeconds: Math.round(event.projection.beforeReset / 1000),
      basis: event.projection.basis,
    },
    moved: event.moved && { from: iso(event.moved.from), to: iso(event.moved.to) },
    rise: rise && { points: rounded(rise.points, 2), minutes: rise.minutes },
    often: often && { times: often.times, days: often.days },
    amount: amount && withoutAbsent({ used: amount.used, limit: amount.limit, unit: amount.unit }),
    budget: event.budget && budgetJson(event.budget),
    money: event.money && moneyJson(event.money),
    top: event.top && { ...event.top, part: rounded(event.top.part, 4) },
    switched: switched && withoutAbsent({ combo: switched.combo, from: switched.from, to: switched.to }),
  });
}

function windowJson({ id, label, scope, usedPercent, resetsAt }: NonNullable<AlertEvent["window"]>): object {
  const used = usedPercent === undefined ? undefined : rounded(usedPercent, 2);
  return withoutAbsent({
    id,
    label,
    scope,
    usedPercent: used,
    remainingPercent: used === undefined ? undefined : rounded(Math.min(100, Math.max(0, 100 - used)), 2),
    resetsAt: resetsAt === undefined ? undefined : iso(resetsAt),
  });
}

function budgetJson({ id, period, from, limitMicros }: NonNullable<AlertEvent["budget"]>): object {
  return { id, period, from, limitUsd: limitMicros / 1_000_000, limitMicros };
}

function moneyJson({ usedMicros, projectedMicros, usualMicros }: NonNullable<AlertEvent["money"]>): object {
  return withoutAbsent({
    usedUsd: usedMicros / 1_000_000,
    usedMicros,
    projectedUsd: projectedMicros === undefined ? undefined : projectedMicros / 1_000_000,
    projectedMicros,
    usualUsd: usualMicros === undefined ? undefined : usualMicros / 1_000_000,
    usualMicros,
  });
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function withoutAbsent(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}

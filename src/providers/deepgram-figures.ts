import { z } from "zod";
import type { Instant, Reading, Spend } from "../core/domain/quota.ts";
import { amount, list, record, text, unwrap } from "./kit/lenient.ts";
import { total } from "./kit/totals.ts";
import { utcMonth } from "./kit/utc-calendar.ts";

/*
 * What Deepgram's Management API tells of a project; shapes of its own SDK's tests, checked 2026-11-22. Each of
 * these is undefined for an answer that is not understood.
 */

const balanceList = record({ balances: list(record({ amount, units: text })) });

/** What is left over all purchases, by what it is counted in; negative is debt. */
export function balanceReadings(answer: unknown): Reading[] | undefined {
  const balances = balanceList.parse(unwrap(answer, ["balances"]))?.balances;
  if (balances === undefined) return undefined;
  const byUnit = new Map<string, (number | undefined)[]>();
  for (const balance of balances) {
    const unit = unitOf(balance.units);
    if (unit !== undefined) byUnit.set(unit, [...(byUnit.get(unit) ?? []), balance.amount]);
  }
  return [...byUnit].flatMap(([unit, amounts]): Reading[] => {
    const remaining = total(amounts);
    if (remaining === undefined) return [];
    return [
      {
        kind: "balance",
        id: unit === "usd" ? "balance" : `balance-${unit}`,
        label: "Balance",
        unit,
        remaining,
      },
    ];
  });
}

/** Projects are billed in dollars where nothing is said; prepaid hours are told as "hour". */
function unitOf(told = "usd"): string | undefined {
  const unit = told.toLowerCase();
  if (/^(hour|minute)s?$/.test(unit)) return unit.endsWith("s") ? unit : `${unit}s`;
  return /^[a-z]{3}$/.test(unit) ? unit : undefined;
}

const usageRow = record({
  /** Of audio. */
  hours: amount,
  agent_hours: amount,
  requests: amount,
});

/** Audio in minutes, and requests, of this month so far. */
export function usageReadings(answer: unknown, now: Instant): Reading[] | undefined {
  const rows = rowsOf(answer)?.map((row) => usageRow.parse(row));
  if (rows === undefined) return undefined;
  const agent = total(rows.map((row) => inMinutes(row?.agent_hours)));
  return [
    ...spend("audio", "Audio this month", "minutes", total(rows.map((row) => inMinutes(row?.hours))), now),
    // Most projects run no voice agents.
    ...spend("agent-audio", "Voice agents this month", "minutes", agent === 0 ? undefined : agent, now),
    ...spend("requests", "Requests this month", "requests", total(rows.map((row) => row?.requests)), now),
  ];
}

function inMinutes(hours: number | undefined): number | undefined {
  return hours === undefined ? undefined : hours * 60;
}

const costRow = record({ dollars: amount });

/** What this month has cost so far. */
export function costReadings(answer: unknown, now: Instant): Reading[] | undefined {
  const dollars = rowsOf(answer)?.map((row) => costRow.parse(row)?.dollars);
  return dollars && spend("cost", "Cost this month", "usd", total(dollars), now);
}

/** Not a lenient list: a row left out would make a sum that passes for the whole. */
function rowsOf(answer: unknown): unknown[] | undefined {
  return z.array(z.unknown()).safeParse(unwrap(answer, ["results"])?.results).data;
}

function spend(id: string, label: string, unit: string, used: number | undefined, now: Instant): Spend[] {
  return used === undefined ? [] : [{ kind: "spend", id, label, unit, used, ...utcMonth(now) }];
}

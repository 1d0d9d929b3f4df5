import { z } from "zod";
import type { Balance, Instant, Spend } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { amount, flag, record, unwrap } from "./kit/lenient.ts";
import { addUp, fromCents, type Money, spendOf } from "./kit/money.ts";
import { optional } from "./kit/optional.ts";
import { startOf, utcMonth } from "./kit/utc-calendar.ts";

const name = "xAI";

/** The prepaid credits and the spending of an xAI team, from its Management API; checked 2026-11-22. */
export const xai = defineProvider({
  id: "xai",
  name,
  official: true,
  billing: "prepaid",
  priceList: ["x-ai"],
  hosts: ["management-api.x.ai"],
  settings: z.object({
    /** A management key: keys for inference open nothing here. */
    apiKey: secret("XAI_MANAGEMENT_KEY"),
    teamId: z.string().trim().min(1),
  }),
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const { apiKey, teamId } = settings;
    const request = {
      headers: { authorization: `Bearer ${apiKey}` },
      explain: refusal,
    };
    const team = `https://management-api.x.ai/v1/billing/teams/${encodeURIComponent(teamId)}`;
    const balance = readBalance(await http.json({ ...request, url: `${team}/prepaid/balance` }));
    const usage = await optional(
      http.json({ ...request, url: `${team}/usage`, method: "POST", json: monthByDay(now) }),
    );
    return { owner: teamId, readings: [balance, ...readUsage(usage, now)] };
  },
});

const balanceFields = record({ total: record({ val: amount }) });

/**
 * Throws provider_unexpected_response when there is none. The provider keeps a ledger of what it owes, in cents:
 * "-1000" is 10 dollars left, a positive number is debt. What the current bill will take is not yet deducted.
 */
function readBalance(answer: unknown): Balance {
  const owed = balanceFields.parse(unwrap(answer, ["total"]))?.total?.val;
  if (owed === undefined) {
    throw new AppError("provider_unexpected_response", `${name} answered without a balance.`);
  }
  // Subtracted from 0, because -0 is not what people call nothing.
  const remaining = fromCents(0 - owed);
  return { kind: "balance", id: "credits", label: "Prepaid credits", unit: "usd", remaining };
}

/** Asks what was spent on each day of this month so far. */
function monthByDay(now: Instant): object {
  const timeOf = (instant: Instant) => new Date(instant).toISOString().slice(0, 19).replace("T", " ");
  return {
    analyticsRequest: {
      timeRange: {
        startTime: timeOf(startOf(utcMonth(now))),
        endTime: timeOf(now),
        timezone: "Etc/GMT",
      },
      timeUnit: "TIME_UNIT_DAY",
      values: [{ name: "usd", aggregation: "AGGREGATION_SUM" }],
      groupBy: [],
      filters: [],
    },
  };
}

const usageFields = record({ timeSeries: z.array(z.unknown()), limitReached: flag });
const seriesFields = record({ dataPoints: z.array(z.unknown()) });
const pointFields = record({ values: z.tuple([amount], z.unknown()) });

/** Nothing unless every point of every series is there and understood. */
function readUsage(answer: unknown, now: Instant): Spend[] {
  const told = usageFields.parse(unwrap(answer, ["timeSeries"]));
  // A series that the provider has cut off does not add up.
  if (told === undefined || told.limitReached === true) return [];
  const dollars = told.timeSeries.flatMap(dollarsOf);
  // Nothing told is not nothing spent.
  const sums = dollars.length === 0 ? undefined : addUp(dollars);
  return spendOf(sums, { id: "usage", label: "This month", ...utcMonth(now) });
}

function dollarsOf(series: unknown): (Money | undefined)[] {
  const points = seriesFields.parse(series)?.dataPoints ?? [undefined];
  return points.map((point) => {
    const dollars = pointFields.parse(point)?.values[0];
    return dollars === undefined ? undefined : { amount: dollars, unit: "usd" };
  });
}

function refusal({ status, html }: HttpAnswer): AppError | undefined {
  if (html) return undefined;
  switch (status) {
    case 401:
      return new AppError(
        "provider_auth_rejected",
        `${name} does not accept the key. It must be a management key of the team, not one for inference.`,
      );
    case 403:
      return new AppError(
        "provider_forbidden",
        `${name} does not let this key read the team's billing. Use a management key of that team.`,
      );
    case 404:
      return new AppError("provider_not_applicable", `${name} knows no such team: check \`teamId\`.`);
    default:
      return undefined;
  }
}

import { z } from "zod";
import type { Caveat, Hindrance, Verdict } from "../domain/availability.ts";
import type { Candidate } from "../domain/route.ts";
import { billings } from "../domain/usage.ts";
import { caveatWords, hindranceWords } from "../messages/route-words.ts";
import { instant, iso, isoOrNull, known } from "./json-fields.ts";
import type { AvailableReport, RouteReport } from "./routing.ts";

/** A route for programs: what `GET /api/v1/route` and `quota route --json` tell. What is not known is null. */
export function routeJson(report: RouteReport) {
  const { name, kind, choice, since, standsInFor, mode } = report;
  return {
    at: iso(report.at),
    name,
    kind,
    choice: choice === undefined ? null : placeOf(choice),
    since: isoOrNull(since),
    standsInFor: standsInFor ?? null,
    mode: mode === undefined ? null : { ...mode, until: isoOrNull(mode.until) },
    order: report.order.map((candidate) => ({
      ...placeOf(candidate),
      usable: candidate.verdict.available,
      ...verdictJson(candidate.verdict),
      billing: candidate.billing,
      basis: candidate.basis,
      pricePerMillionUsd: candidate.price === undefined ? null : candidate.price / 1e6,
    })),
  };
}

/** Whether something may be used, for programs: what `GET /api/v1/available` tells. */
export function availableJson({ at, account, model, verdict }: AvailableReport) {
  return {
    at: iso(at),
    account,
    model: model ?? null,
    available: verdict.available,
    ...verdictJson(verdict),
  };
}

function placeOf({ key, account, model }: Candidate) {
  return { member: key, account, model: model ?? null };
}

function verdictJson({ until, left, window, knownAt, hindrances, caveats }: Verdict) {
  return {
    until: isoOrNull(until),
    leftPercent: left === undefined ? null : Math.round(left * 100) / 100,
    window: window?.label ?? null,
    pool: window?.scope ?? null,
    resetsAt: isoOrNull(window?.resetsAt),
    knownAt: isoOrNull(knownAt),
    reasons: [...hindrances.map(hindranceJson), ...caveats.map(caveatJson)],
  };
}

function hindranceJson(hindrance: Hindrance) {
  const message = hindranceWords(hindrance);
  const { until, ...told } = hindrance;
  return { ...told, message, until: isoOrNull(until) };
}

function caveatJson(caveat: Caveat) {
  const at = caveat.code === "stale" ? { at: iso(caveat.at) } : {};
  return { code: caveat.code, message: caveatWords(caveat), ...at };
}

/** The report of which this is the JSON; undefined for anything else. */
export function parseRouteJson(value: unknown): RouteReport | undefined {
  return route.safeParse(value).data;
}

/** The report of which this is the JSON; undefined for anything else. */
export function parseAvailableJson(value: unknown): AvailableReport | undefined {
  return available.safeParse(value).data;
}

const billing = z.enum(billings);
const end = { until: known(instant) };

const hindrance = z.discriminatedUnion("code", [
  z.object({ code: z.literal("exhausted"), window: z.string(), scope: known(z.string()), ...end }),
  z.object({ code: z.literal("no_balance") }),
  z.object({
    code: z.literal("refused"),
    why: z.object({ kind: z.enum(["quota", "rate", "capacity"]), reason: z.string() }),
    until: instant,
  }),
  z.object({ code: z.literal("budget"), budget: z.string(), to: billing, ...end }),
  z.object({ code: z.literal("account"), state: z.enum(["forbidden", "retired"]) }),
]);
const caveat = z.discriminatedUnion("code", [
  z.object({ code: z.literal("stale"), at: instant }),
  z.object({ code: z.literal("unknown") }),
]);

const verdictFields = {
  until: known(instant),
  leftPercent: known(z.number()),
  window: known(z.string()),
  pool: known(z.string()),
  resetsAt: known(instant),
  knownAt: known(instant),
  reasons: z.array(z.union([hindrance, caveat])),
};

function verdictFrom(told: z.output<z.ZodObject<typeof verdictFields>>, available: boolean): Verdict {
  const { until, leftPercent: left, window: label, pool: scope, resetsAt, knownAt } = told;
  const hindrances: Hindrance[] = [];
  const caveats: Caveat[] = [];
  for (const reason of told.reasons) {
    if (reason.code === "stale" || reason.code === "unknown") caveats.push(reason);
    else hindrances.push(reason);
  }
  const window = label === undefined ? undefined : { label, scope, resetsAt };
  // Of what somebody else tells nothing is kept.
  return { available, until, hindrances, caveats, left, window, knownAt, changesAt: 0 };
}

const candidate = z
  .object({
    ...verdictFields,
    member: z.string(),
    account: z.string(),
    model: known(z.string()),
    usable: z.boolean(),
    billing,
    basis: z.enum(["combo", "told", "used"]),
    pricePerMillionUsd: known(z.number()),
  })
  .transform((told): Candidate => {
    const { member: key, account, model, basis, pricePerMillionUsd: price } = told;
    return {
      ...{ key, account, model, basis, billing: told.billing },
      price: price === undefined ? undefined : Math.round(price * 1e6),
      verdict: verdictFrom(told, told.usable),
    };
  });

const available = z
  .object({
    ...verdictFields,
    at: instant,
    account: z.string(),
    model: known(z.string()),
    available: z.boolean(),
  })
  .transform((told): AvailableReport => {
    const { at, account, model } = told;
    return { at, account, model, verdict: verdictFrom(told, told.available) };
  });

const route = z
  .object({
    at: instant,
    name: z.string(),
    kind: z.enum(["combo", "model"]),
    choice: known(z.object({ member: z.string() })),
    since: known(instant),
    standsInFor: known(z.string()),
    mode: known(z.object({ to: billing, budget: z.string(), ...end })),
    order: z.array(candidate),
  })
  .transform(
    (told): RouteReport => ({
      ...told,
      choice: told.order.find(({ key }) => key === told.choice?.member),
    }),
  );

import type { z } from "zod";
import type { Quota, Reading } from "../core/domain/quota.ts";
import { day, hour, week, windowLabel } from "../core/domain/window.ts";
import { AppError } from "../core/errors.ts";
import { moneyReadings } from "./claude-money.ts";
import { amount, dictionary, flag, instant, list, record, text, unwrap } from "./kit/lenient.ts";
import { slug, titleCase, withDistinctIds } from "./kit/naming.ts";

const windowFields = record({
  utilization: amount,
  resets_at: instant,
  limit_dollars: amount,
  used_dollars: amount,
  remaining_dollars: amount,
});
type Window = NonNullable<z.output<typeof windowFields>>;

const limitFields = record({
  kind: text,
  group: text,
  percent: amount,
  resets_at: instant,
  is_active: flag,
  scope: record({ model: record({ display_name: text, id: text }), surface: text }),
});
type Limit = NonNullable<z.output<typeof limitFields>>;

const usageFields = record({ limits: list(limitFields) });
const windows = dictionary(windowFields);

/** The top-level keys of an answer, all in use or seen empty; checked 2026-11-22. */
export const usageKeys: readonly string[] = (
  "five_hour seven_day seven_day_oauth_apps seven_day_opus seven_day_sonnet seven_day_cowork seven_day_omelette " +
  "seven_day_routines seven_day_design seven_day_breakdown tangelo iguana_necktie omelette_promotional nimbus_quill " +
  "cinder_cove copper_kite harbor_lantern amber_ladder juniper_tide cedar_ember limits extra_usage spend " +
  "member_dashboard_available"
).split(" ");

/**
 * The readings in an answer of /api/oauth/usage, checked 2026-11-22. Percentages are of what is used. Windows are
 * told twice: in `limits`, and in older keys that come and go and have code names.
 * @throws provider_unexpected_response when nothing known is there. An answer whose parts are all null is an
 * enterprise seat without limits of its own, and gives no readings.
 */
export function claudeReadings(answer: unknown): Reading[] {
  const body = unwrap(answer, usageKeys);
  const usage = usageFields.parse(body);
  if (usage === undefined) {
    throw new AppError("provider_unexpected_response", "Claude answered without its usage.");
  }
  const told = withDistinctIds(usage.limits?.flatMap((limit) => fromLimit(limit) ?? []) ?? []);
  const quotas = new Map<string, Quota>(told.map((quota) => [quota.id, quota]));
  for (const [key, window] of windows.parse(body) ?? []) {
    const quota = fromWindow(key, window);
    // A window told in both ways has the same percentage in both; only dollars say more.
    if (quota !== undefined && (quota.unit === "usd" || !quotas.has(quota.id))) quotas.set(quota.id, quota);
  }
  return withDistinctIds([...quotas.values(), ...moneyReadings(body)]);
}

const spans = new Map([
  ["session", 5 * hour],
  ["daily", day],
  ["weekly", week],
  ["monthly", 30 * day],
]);

function fromLimit(limit: Limit): Quota | undefined {
  const { kind, group, percent, resets_at: resetsAt, is_active: binds, scope: told } = limit;
  const used = atLeastZero(percent);
  if (used === undefined && resetsAt === undefined) return undefined;
  const name = kind ?? group ?? "other";
  const [, span = "", reach] = /^([a-z]+)_(all|scoped)$/.exec(name) ?? [name, name];
  const windowSeconds = spans.get(span) ?? spans.get(group ?? "");
  const models = [told?.model?.display_name ?? told?.model?.id, told?.surface].filter(
    (part) => part !== undefined,
  );
  const scope = models.length > 0 ? models.join(" ") : reach === "scoped" ? "Some models" : undefined;
  const base = spans.has(span) ? windowId(windowSeconds) : slug(name);
  return {
    kind: "quota",
    id: scope === undefined ? base : `${base}-${slug(scope)}`,
    label: windowSeconds === undefined ? name.replaceAll("_", " ") : windowLabel(windowSeconds),
    windowSeconds,
    scope,
    unit: "percent",
    used,
    limit: 100,
    resetsAt,
    ...(binds ? { binds } : {}),
  };
}

function fromWindow(key: string, window: Window): Quota | undefined {
  if (key === "extra_usage" || key === "spend") return undefined;
  const [, span, rest = ""] = /^(?:(five_hour|seven_day)(?:_|$))?(.*)$/.exec(key) ?? [];
  const windowSeconds = span === undefined ? undefined : span === "five_hour" ? 5 * hour : week;
  const base = span === undefined ? [] : [windowId(windowSeconds)];
  const common = {
    kind: "quota" as const,
    id: [...base, ...(rest === "" ? [] : [slug(rest)])].join("-"),
    windowSeconds,
    scope: span === undefined || rest === "" ? undefined : titleCase(rest),
    resetsAt: window.resets_at,
  };
  const dollars = dollarsOf(window);
  if (dollars !== undefined) {
    const label = windowSeconds === undefined ? "dollar pool" : windowLabel(windowSeconds);
    return { ...common, label, unit: "usd", ...dollars };
  }
  const used = atLeastZero(window.utilization);
  if (!isInUse(span, rest, used, window.resets_at)) return undefined;
  return {
    ...common,
    label: windowSeconds === undefined ? "extra" : windowLabel(windowSeconds),
    scope: common.scope ?? (rest === "" ? undefined : titleCase(rest)),
    unit: "percent",
    used,
    limit: 100,
  };
}

/** The two main windows are always in use; of the others, names that mean nothing linger with zeros. */
function isInUse(
  span: string | undefined,
  rest: string,
  used: number | undefined,
  resetsAt: number | undefined,
) {
  if (span !== undefined && rest === "") return used !== undefined || resetsAt !== undefined;
  if (span !== undefined) return used !== undefined && (used > 0 || resetsAt !== undefined);
  return used !== undefined && used > 0 && resetsAt !== undefined;
}

function dollarsOf(window: Window): Pick<Quota, "used" | "limit"> | undefined {
  const limit = window.limit_dollars;
  if (limit === undefined || limit <= 0) return undefined;
  const { used_dollars: used, remaining_dollars: remaining, utilization } = window;
  if (used !== undefined) return { used: atLeastZero(used), limit };
  if (remaining !== undefined) return { used: atLeastZero(limit - remaining), limit };
  return { used: utilization === undefined ? undefined : atLeastZero((limit * utilization) / 100), limit };
}

function windowId(seconds: number | undefined): string {
  return seconds === undefined || seconds === 5 * hour ? "session" : windowLabel(seconds);
}

function atLeastZero(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

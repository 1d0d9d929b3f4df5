import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, minutes, secret } from "../core/provider.ts";
import { amount, flag, list, record, text, toInstant, unwrap } from "./kit/lenient.ts";
import { titleCase, withDistinctIds } from "./kit/naming.ts";
import { limitEntry, toQuota } from "./zai-limit.ts";

const name = "Z.ai (GLM)";
const hosts = { global: "api.z.ai", china: "open.bigmodel.cn" } as const;

/** The GLM coding plan. An undocumented call that the vendor's own editor plugin makes; checked 2026-11-22. */
export const zai = defineProvider({
  id: "zai",
  name,
  official: false,
  billing: "subscription",
  // Not the list of the makers' Chinese site: its prices are less than half of those of the global one.
  priceList: ["zai"],
  hosts: Object.values(hosts),
  settings: z.object({
    apiKey: secret("ZAI_API_KEY"),
    /** Keys of the two regions are not interchangeable; default: global. */
    region: z.enum(["global", "china"]).optional(),
    /** A team's key shows its quota only together with these two. */
    organization: z.string().optional(),
    project: z.string().optional(),
  }),
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const { organization, project } = settings;
    const team = organization !== undefined || project !== undefined;
    const answer = await http.json({
      url: `https://${hosts[settings.region ?? "global"]}/api/monitor/usage/quota/limit${team ? "?type=2" : ""}`,
      headers: {
        authorization: `Bearer ${settings.apiKey}`,
        "accept-language": "en-US,en",
        ...(organization === undefined ? {} : { "bigmodel-organization": organization }),
        ...(project === undefined ? {} : { "bigmodel-project": project }),
      },
      explain: ({ body }) => refusal(body, now),
      known: ["code", "msg", "success", "data"],
    });
    const payload = payloadFields.parse(unwrap(answer, ["limits"]));
    if (payload?.limits === undefined) throw refusal(answer, now) ?? withoutLimits(answer, team);
    if (payload.limits.length === 0) throw nothingShown(team);
    const readings = payload.limits.flatMap((limit) => toQuota(limit) ?? []);
    if (readings.length === 0) throw notUnderstood();
    return { plan: planLabel(payload), readings: withDistinctIds(readings) };
  },
});

const payloadFields = record({
  limits: list(limitEntry),
  level: text,
  planName: text,
  plan: text,
  plan_type: text,
  packageName: text,
});
type Payload = NonNullable<z.output<typeof payloadFields>>;

const envelope = record({
  code: amount,
  success: flag,
  msg: text,
  data: z.unknown(),
  error: record({ code: amount, message: text }),
});

/** The error that an answer means by its code, be it in an HTTP 200 or not; codes checked 2026-11-22. */
function refusal(answer: unknown, now: Instant): AppError | undefined {
  const told = envelope.parse(answer);
  const code = told?.code ?? told?.error?.code;
  const message = told?.msg ?? told?.error?.message ?? "";
  switch (code) {
    case 401:
    case 1000:
    case 1001:
    case 1002:
    case 1003:
    case 1004:
      return new AppError(
        "provider_auth_rejected",
        `${name} does not accept the API key. Replace it; a key of bigmodel.cn needs \`region: china\` beside it.`,
      );
    case 500:
      // The same code may stand for trouble on their side: only together with the text does it mean the plan.
      if (saysNoPlan(message)) return withoutPlan();
      return new AppError("provider_unavailable", `${name} has trouble right now (code 500).`);
    case 1113:
      return new AppError("provider_needs_action", `The ${name} account is in arrears: top it up.`);
    case 1110:
    case 1111:
    case 1112:
    case 1121:
      return new AppError(
        "provider_forbidden",
        `The ${name} account is inactive or locked: ask their support.`,
      );
    case 1308:
    case 1310:
      return exhausted(message, now);
    case 1309:
      return new AppError("provider_needs_action", `The ${name} coding plan has expired: renew it.`);
    case 1313:
      return new AppError("provider_forbidden", `${name} restricts this account under its fair-use rules.`);
    default:
      return undefined;
  }
}

/** In either language: "当前用户不存在coding plan", "no coding plan", "coding plan does not exist". */
function saysNoPlan(message: string): boolean {
  if (/internal|内部/i.test(message)) return false;
  return /(不存在|没有|未).*(plan|套餐)|\bno (\S+ ){0,3}plan\b|not exist.*\bplan\b|\bplan\b.*(not|n't) exist/i.test(
    message,
  );
}

/** The error for a window that is used up until the time its message tells, which is Beijing's; undefined without one. */
function exhausted(message: string, now: Instant): AppError | undefined {
  const resetsAt = toInstant(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(message)?.[0], "+08:00");
  if (resetsAt === undefined || resetsAt <= now) return undefined;
  return new AppError("provider_rate_limited", `${name} says the quota is used up.`, {
    retryAfter: resetsAt - now,
  });
}

function withoutPlan(): AppError {
  return new AppError(
    "provider_not_applicable",
    `This ${name} key has no coding plan, so there is no quota to show. Use the key of an account with a plan.`,
  );
}

/** Success with empty data is what a team's key gets when it does not say which team. */
function withoutLimits(answer: unknown, team: boolean): AppError {
  const told = envelope.parse(answer);
  const succeeded = told?.success ?? told?.code === 200;
  const { data } = told ?? {};
  const empty = data === null || (typeof data === "object" && Object.keys(data).length === 0);
  return succeeded && empty ? nothingShown(team) : notUnderstood();
}

function nothingShown(team: boolean): AppError {
  return new AppError(
    "provider_not_applicable",
    team
      ? `${name} shows no quota for this organization and project. Check both.`
      : `${name} shows no quota for this key. The key of a team needs \`organization\` and \`project\` beside it.`,
  );
}

function notUnderstood(): AppError {
  return new AppError("provider_unexpected_response", `${name} answered without a quota.`);
}

function planLabel(payload: Payload): string | undefined {
  const told = payload.level ?? payload.planName ?? payload.plan ?? payload.plan_type ?? payload.packageName;
  const tier = told?.match(/\b(lite|pro|max)\b/i)?.[0].toLowerCase() ?? told;
  return tier === undefined ? undefined : titleCase(tier);
}

import { z } from "zod";
import { AppError, isAppError } from "../core/errors.ts";
import { defineProvider, type Http, type HttpRequest, minutes, secret } from "../core/provider.ts";
import { rateLimited } from "./kit/http.ts";
import { amount, list, record, text, unwrap } from "./kit/lenient.ts";
import { withDistinctIds } from "./kit/naming.ts";
import { type CountsTell, remainsRow, toQuotas } from "./minimax-remains.ts";

const name = "MiniMax";
const hosts = { global: "api.minimax.io", china: "api.minimaxi.com" } as const;

const settings = z.object({
  apiKey: secret("MINIMAX_API_KEY"),
  /** Keys of the two regions are not interchangeable; default: global. */
  region: z.enum(["global", "china"]).optional(),
});

/**
 * The token plan, which was the coding plan before. The call is named in the plan's questions and answers and made by
 * the vendor's own command line, its answer is not described; checked 2026-11-22.
 */
export const minimax = defineProvider({
  id: "minimax",
  name,
  official: true,
  billing: "subscription",
  priceList: ["minimax"],
  hosts: Object.values(hosts),
  settings,
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const { answer, counts } = await askRemains(http, settings);
    const refused = refusal(answer);
    if (refused !== undefined) throw refused;
    const payload = payloadFields.parse(unwrap(answer, ["model_remains"]));
    if (payload?.model_remains === undefined || payload.model_remains.length === 0) throw notUnderstood();
    const quotas = payload.model_remains.map((row) => toQuotas(row, counts, now));
    if (quotas.every((found) => found === undefined)) throw notUnderstood();
    const readings = withDistinctIds(quotas.flatMap((found) => found ?? []));
    return { plan: planLabel(payload), readings };
  },
});

/** What the plan is called, in the places it has been told in; checked 2026-11-22. */
const titles = ["current_subscribe_title", "plan_name", "combo_title", "current_plan_title"] as const;

const payloadFields = record({
  model_remains: list(remainsRow),
  current_subscribe_title: text,
  plan_name: text,
  combo_title: text,
  current_plan_title: text,
  current_combo_card: record({ title: text }),
});
type Payload = NonNullable<z.output<typeof payloadFields>>;

function planLabel(payload: Payload): string | undefined {
  const told = titles.map((title) => payload[title]).find((title) => title !== undefined);
  return told ?? payload.current_combo_card?.title;
}

/** The address has changed once; the old one still answers, and means the opposite by its counts. */
async function askRemains(
  http: Http,
  { apiKey, region = "global" }: z.output<typeof settings>,
): Promise<{ answer: unknown; counts: CountsTell }> {
  const request = (path: string): HttpRequest => ({
    url: `https://${hosts[region]}${path}`,
    headers: { authorization: `Bearer ${apiKey}` },
    explain: ({ body }) => refusal(body),
    known: ["base_resp", "model_remains", "data", ...titles, "current_combo_card", "points_balance"],
  });
  const current = request("/v1/token_plan/remains");
  try {
    const explain: HttpRequest["explain"] = (answer) =>
      answer.status === 404 || answer.status === 405
        ? new AppError("not_found", "The token plan is not told here.")
        : refusal(answer.body);
    return { answer: await http.json({ ...current, explain }), counts: "used" };
  } catch (failure) {
    const gone = isAppError(failure, "not_found");
    if (!gone && !isAppError(failure, "provider_unavailable")) throw failure;
    try {
      return {
        answer: await http.json(request("/v1/api/openplatform/coding_plan/remains")),
        counts: "remaining",
      };
    } catch (second) {
      // Trouble at the current address passes; what the old one says of newer keys may not be true of them.
      throw gone ? second : failure;
    }
  }
}

const envelope = record({ base_resp: record({ status_code: amount, status_msg: text }) });

/** The error that an answer means by its code, mostly in an HTTP 200; codes checked 2026-11-22. */
function refusal(answer: unknown): AppError | undefined {
  const told = envelope.parse(unwrap(answer, ["base_resp"]))?.base_resp;
  const code = told?.status_code ?? 0;
  switch (code) {
    case 0:
      return undefined;
    case 1001:
      // Documented as a time-out, and met as a refusal of the key.
      return /time/i.test(told?.status_msg ?? "") ? unavailable(code) : rejected();
    case 1004:
    case 2049:
      return rejected();
    case 1002:
    case 1039:
      return rateLimited(name, undefined);
    case 1000:
    case 1013:
    case 1024:
    case 1033:
      return unavailable(code);
    case 1008:
      return new AppError("provider_needs_action", `The ${name} account has no balance left: top it up.`);
    default:
      return new AppError(
        "provider_unexpected_response",
        `${name} refuses to tell the quota (code ${code}).`,
      );
  }
}

function rejected(): AppError {
  return new AppError(
    "provider_auth_rejected",
    `${name} does not accept the API key. It has to be the key of a token plan (\`sk-cp-\`), and a key of platform.minimaxi.com needs \`region: china\` beside it.`,
  );
}

function unavailable(code: number): AppError {
  return new AppError("provider_unavailable", `${name} has trouble right now (code ${code}).`);
}

function notUnderstood(): AppError {
  return new AppError("provider_unexpected_response", `${name} answered without a quota.`);
}

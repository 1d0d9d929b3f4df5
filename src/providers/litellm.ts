import { z } from "zod";
import type { Quota } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, type Http, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { record, text, toAmount, unwrap } from "./kit/lenient.ts";
import { optional } from "./kit/optional.ts";
import { type KeyInfo, keyInfo, limitOf, teamInfo, toReading, toSpend, userInfo } from "./litellm-budget.ts";

const name = "LiteLLM";

/** Budgets and spend of a virtual key of the team's own proxy: documented calls; checked 2026-11-22. */
export const litellm = defineProvider({
  id: "litellm",
  name,
  official: true,
  billing: "paid",
  priceList: ["*"],
  hosts: ["litellm.invalid"],
  selfHosted: {},
  settings: z.object({ apiKey: secret("LITELLM_API_KEY") }),
  minInterval: minutes(5),
  async read({ http, settings }) {
    const headers = { authorization: `Bearer ${settings.apiKey}` };
    const key = await readKey(http, headers);
    if ("kind" in key) return { readings: [key] };
    if (key.blocked) {
      throw new AppError(
        "provider_needs_action",
        `The key is blocked at the ${name} proxy. Ask who runs the proxy to unblock it.`,
      );
    }
    const ask = (path: string, id: string) =>
      optional(http.json({ url: `https://litellm.invalid${path}${encodeURIComponent(id)}`, headers }));
    const [ofUser, ofTeam] = await Promise.all([
      key.user_id === undefined ? undefined : ask("/user/info?user_id=", key.user_id),
      key.team_id === undefined ? undefined : ask("/team/info?team_id=", key.team_id),
    ]);
    const readings = [toReading("Key", key, modelsOf(key)), ...aroundKey(key, ofUser, ofTeam)].filter(
      (reading) => reading !== undefined,
    );
    if (readings.length === 0) throw notUnderstood();
    return { owner: ownerOf(key), readings };
  },
});

/** What the proxy knows of its own key; only the budget when that is used up, as then some versions tell no more. */
async function readKey(http: Http, headers: Record<string, string>): Promise<KeyInfo | Quota> {
  let usedUp: Quota | undefined;
  try {
    const answer = await http.json({
      url: "https://litellm.invalid/key/info",
      headers,
      explain(answer) {
        usedUp = budgetExceeded(answer.body);
        return explainRefusal(answer);
      },
      known: ["key", "info"],
    });
    const info = unwrap(answer, ["info"])?.info ?? unwrap(answer, ["spend", "max_budget"]);
    const key = keyInfo.parse(info);
    if (key === undefined) throw notUnderstood();
    return key;
  } catch (error) {
    if (usedUp !== undefined) return usedUp;
    throw error;
  }
}

/** The budgets above the key. One of the user stops only keys that are in no team; it is told all the same. */
function aroundKey(key: KeyInfo, ofUser: unknown, ofTeam: unknown) {
  const found = userInfo.parse(unwrap(ofUser, ["user_info", "teams"]));
  const user = sameId(found?.user_info?.user_id, key.user_id) ? found?.user_info : undefined;
  if (key.team_id === undefined) return [toReading("User", user)];

  const told = teamInfo.parse(unwrap(ofTeam, ["team_info"]));
  const asked = sameId(told?.team_info?.team_id, key.team_id) ? told?.team_info : undefined;
  const team = asked ?? found?.teams?.find(({ team_id }) => team_id === key.team_id);
  const member = told?.team_memberships?.find(({ user_id }) => user_id === (key.user_id ?? ""));
  return [
    limitOf(member) === undefined ? undefined : toReading("Member", member),
    toReading("Team", team),
    toSpend("User", user),
  ];
}

/** Whether an answer is about whom it was asked for; one that does not say is. */
function sameId(told: string | undefined, asked: string | undefined): boolean {
  return told === undefined || told === asked;
}

/** A list that names groups of models, such as "all-team-models", does not tell which they are. */
function modelsOf({ models = [] }: KeyInfo): readonly string[] | undefined {
  return models.length === 0 || models.some((model) => /^all-|\*/.test(model)) ? undefined : models;
}

/** Keys without a budget of their own share that of their team or user. */
function ownerOf(key: KeyInfo): string | undefined {
  if (limitOf(key) !== undefined) return undefined;
  if (key.team_id !== undefined) return `team ${key.team_id}`;
  // Every proxy has a user of this name.
  return key.user_id === undefined || key.user_id === "default_user_id" ? undefined : `user ${key.user_id}`;
}

const refusal = record({ error: record({ message: text, type: text }) });

/** Older proxies refuse even questions with it once a budget is used up; the figures stand in the sentence alone. */
function budgetExceeded(body: unknown): Quota | undefined {
  const { message = "", type } = refusal.parse(body)?.error ?? {};
  const [, used, limit] = /current cost: *([\d.e+-]*\d),? *max budget: *([\d.e+-]*\d)/i.exec(message) ?? [];
  if (type !== "budget_exceeded" || limit === undefined) return undefined;
  const figures = { used: toAmount(used), limit: toAmount(limit) };
  return { kind: "quota", id: "budget", label: "Budget", unit: "usd", ...figures };
}

function explainRefusal({ status, body }: HttpAnswer): AppError | undefined {
  const { message = "", type } = refusal.parse(body)?.error ?? {};
  if (type === "budget_exceeded") {
    return new AppError(
      "provider_needs_action",
      `A budget of the ${name} key is used up. Ask who runs the proxy to raise it.`,
    );
  }
  if (type === "no_db_connection" || /database not connected|no connected db/i.test(message)) {
    return new AppError(
      "provider_not_applicable",
      `The ${name} proxy runs without a database, so it keeps no budgets and no spend.`,
    );
  }
  if (status !== 404) return undefined;
  return new AppError(
    "provider_unexpected_response",
    `${name} knows nothing of this key at this address: \`baseUrl\` must be the root of the proxy, without /v1, and the key one that it issued.`,
  );
}

function notUnderstood(): AppError {
  return new AppError("provider_unexpected_response", `${name} answered without the key's spend.`);
}

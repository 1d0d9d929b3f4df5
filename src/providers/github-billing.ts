import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { AppError, isAppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, hours, secret } from "../core/provider.ts";
import { budgetPage, budgetReadings } from "./github-billing-budgets.ts";
import { billedUsage, type Metered, type Usage, usageReadings } from "./github-billing-usage.ts";
import { githubThrottling } from "./github-throttling.ts";
import { optional } from "./kit/optional.ts";
import { readPages } from "./kit/pages.ts";
import { utcMonth } from "./kit/utc-calendar.ts";

const name = "GitHub billing";

const payerKinds = ["organization", "enterprise", "user"] as const;
type Payers = Partial<Record<(typeof payerKinds)[number], string | undefined>>;

const settings = z
  .object({
    apiKey: secret("GITHUB_BILLING_TOKEN"),
    /** Whose bill it is: exactly one of these. */
    organization: z.string().trim().min(1).optional(),
    enterprise: z.string().trim().min(1).optional(),
    user: z.string().trim().min(1).optional(),
  })
  .refine((given) => payers(given).length === 1, {
    path: ["organization"],
    message: "give exactly one of `organization`, `enterprise` and `user`",
    // Said even when the key is left to the environment.
    when: () => true,
  });

function payers(given: Payers) {
  return payerKinds.flatMap((kind) => {
    const login = given[kind];
    return login === undefined ? [] : [{ kind, login }];
  });
}

/** The AI bill of an organisation, an enterprise or a person, from GitHub's billing API (documented, checked 2026-11-22). */
export const githubBilling = defineProvider({
  id: "github-billing",
  name,
  official: true,
  billing: "paid",
  priceList: ["github-copilot", "*"],
  hosts: ["api.github.com"],
  settings,
  minInterval: hours(1),
  async read({ http, now, settings }) {
    const [payer] = payers(settings);
    if (payer === undefined) throw withoutPayer();
    const ask = (path: string) =>
      http.json({
        url: `https://api.github.com/${payer.kind}s/${encodeURIComponent(payer.login)}/settings/billing/${path}`,
        headers: {
          authorization: `Bearer ${settings.apiKey}`,
          accept: "application/vnd.github+json",
          "x-github-api-version": "2026-03-10",
          "user-agent": "quotabot",
        },
        explain: (answer) => refusal(answer, now),
        known: knownKeys,
      });
    const date = new Date(now);
    const month = `year=${date.getUTCFullYear()}&month=${date.getUTCMonth() + 1}`;
    const usageOf = async (metered: Metered) => billedUsage(await ask(`${metered}/usage?${month}`), metered);

    const usage = await monthUsage(usageOf);
    const budgets =
      payer.kind === "user"
        ? []
        : await optional(
            readPages(name, async (page = "1") =>
              budgetPage(name, await ask(`budgets?scope=${payer.kind}&per_page=100&page=${page}`), page),
            ),
          );
    return {
      owner: usage.owner,
      readings: [
        ...usageReadings(usage, utcMonth(now)),
        ...budgetReadings(budgets ?? [], { scope: payer.kind, usage, month: utcMonth(now) }),
      ],
    };
  },
});

/** Plans from before June 2026 count premium requests: then AI credits are refused, or an empty list. */
async function monthUsage(usageOf: (metered: Metered) => Promise<Usage>): Promise<Usage> {
  try {
    const credits = await usageOf("ai_credit");
    if (!credits.empty) return credits;
    const requests = await optional(usageOf("premium_request"));
    return requests === undefined || requests.empty ? credits : requests;
  } catch (error) {
    if (isAppError(error, "provider_not_applicable")) return usageOf("premium_request");
    throw error;
  }
}

/** Of usage, and of budgets. */
const knownKeys =
  "timePeriod organization enterprise user usageItems budgets has_next_page total_count".split(" ");

function refusal(answer: HttpAnswer, now: Instant): AppError | undefined {
  if (answer.html) return undefined;
  const throttling = githubThrottling(name, answer, now);
  if (throttling !== undefined) return throttling;
  switch (answer.status) {
    case 401:
      return new AppError(
        "provider_auth_rejected",
        "GitHub does not accept the token: it has expired or was revoked. Make a new one.",
      );
    case 403:
      return new AppError(
        "provider_forbidden",
        "This GitHub token may not read the bill. An organisation needs Administration: read of an owner or billing manager, an enterprise a classic token of its admin, a person Plan: read.",
      );
    case 404:
      return new AppError(
        "provider_not_applicable",
        "GitHub shows no AI bill under this name: check the name and what the token may see. It takes the enhanced billing platform.",
      );
    default:
      return undefined;
  }
}

function withoutPayer(): AppError {
  return new AppError(
    "provider_credentials_missing",
    "Say whose bill GitHub is asked for: `organization`, `enterprise` or `user` beside the key.",
  );
}

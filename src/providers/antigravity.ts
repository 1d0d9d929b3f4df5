import { z } from "zod";
import type { Balance, Instant, Quota } from "../core/domain/quota.ts";
import { hour, week, windowLabel } from "../core/domain/window.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, minutes, secret } from "../core/provider.ts";
import { availableModels, modelWindows, poolOf } from "./antigravity-models.ts";
import { pools, summaryQuotas } from "./antigravity-summary.ts";
import {
  type CloudCode,
  type CloudCodeAnswer,
  type CodeAssist,
  createCloudCode,
  loadCodeAssist,
} from "./cloud-code.ts";
import type { Failure } from "./cloud-code-failure.ts";
import { modelQuotas } from "./cloud-code-quota.ts";
import { googleTokenHost, readGoogleCredential, refreshRequest } from "./google-sign-in.ts";
import { slug } from "./kit/naming.ts";

const name = "Antigravity";

/** In the order of Antigravity's own CLI, which uses the first; checked 2026-11-22. */
const hosts = [
  "daily-cloudcode-pa.googleapis.com",
  "daily-cloudcode-pa.sandbox.googleapis.com",
  "cloudcode-pa.googleapis.com",
];

/** As Antigravity's own CLI names itself: the API serves this client and no other. Seen 2026-08-05. */
const userAgent = "antigravity/cli/1.1.10 (aidev_client; os_type=darwin; arch=arm64; auth_method=consumer)";

const unsupportedClient = `Google does not serve ${name} to this account through this client. Open ${name} and update it.`;

/** Google Antigravity. Undocumented calls that its own clients make; checked 2026-11-22. */
export const antigravity = defineProvider({
  id: "antigravity",
  name,
  official: false,
  billing: "subscription",
  priceList: ["google", "*"],
  hosts: [...hosts, googleTokenHost],
  settings: z.object({
    accessToken: secret("ANTIGRAVITY_ACCESS_TOKEN"),
    /** The Google Cloud project that quotas are counted for; default: the one Google assigned to the account. */
    project: z.string().trim().min(1).optional(),
  }),
  signIn: {
    // Antigravity keeps its sign-in in the system's keyring, so there is no usual file.
    files: ["$ANTIGRAVITY_AUTH_FILE"],
    fromFile(document) {
      const { accessToken, project, type, refreshable } = readGoogleCredential(document);
      if (type !== undefined && type !== "antigravity") {
        throw new AppError("provider_not_applicable", `The credential file is not one of ${name}.`);
      }
      if (accessToken === undefined) {
        throw new AppError(
          "provider_credentials_missing",
          refreshable
            ? `The credential file holds a refresh token but no access token. Sign in to ${name} again, or give the bot a refresh token of its own.`
            : `The credential file holds no access token of ${name}. Sign in to ${name} again.`,
        );
      }
      return { accessToken, project };
    },
    refresh: (owned) => refreshRequest(name, owned),
  },
  minInterval: minutes(10),
  async read({ http, now, settings }) {
    const { accessToken } = settings;
    const cloud = createCloudCode({ http, hosts, name, accessToken, userAgent, unsupportedClient, now });
    const metadata = { ideType: "ANTIGRAVITY", platform: "PLATFORM_UNSPECIFIED", pluginType: "GEMINI" };
    const account = await loadCodeAssist(cloud, { metadata }, unsupportedClient);
    const found = await readWindows(cloud, settings.project ?? account.project, now);
    const quotas = found.failure === undefined ? found.quotas : quotasOf(found.failure, account, now);
    const credits = creditsOf(account, found.failure?.kind === "credits");
    return { plan: planLabel(account), readings: credits === undefined ? quotas : [...quotas, credits] };
  },
});

type Found = { quotas: Quota[]; failure?: undefined } | { failure: Failure };

/** From the summary or, where that is not served yet, from the list of models, which knows five-hour windows only. */
async function readWindows(cloud: CloudCode, project: string | undefined, now: Instant): Promise<Found> {
  const summary = await askFor(cloud, "retrieveUserQuotaSummary", project, [
    "groups",
    "buckets",
    "description",
  ]);
  if (summary.failure !== undefined && summary.failure.kind !== "missing") return summary;
  const quotas = summary.failure === undefined ? summaryQuotas(summary.body, now) : undefined;
  if (quotas !== undefined) return { quotas };

  const list = await askFor(cloud, "fetchAvailableModels", project);
  if (list.failure !== undefined) return list;
  const models = availableModels(list.body, now);
  if (models.length === 0) {
    const error = new AppError("provider_unexpected_response", `${name} answered without a quota.`);
    return { failure: { kind: "missing", error } };
  }
  if (models.some(({ fraction }) => fraction !== undefined && fraction < 1)) {
    return { quotas: modelWindows(models) };
  }
  // Nothing but full windows is also what accounts get that have used up something: it needs a second witness.
  const witness = await geminiQuota(cloud, project);
  const believed = models.map((model) => {
    const known = model.places[0] === pools.gemini ? witness : undefined;
    return { ...model, fraction: known?.fraction, resetsAt: known?.resetsAt ?? model.resetsAt };
  });
  return { quotas: modelWindows(believed) };
}

/** The Gemini model with the least left, by a call that knows only these; undefined when it tells nothing. */
async function geminiQuota(
  cloud: CloudCode,
  project: string | undefined,
): Promise<{ fraction: number; resetsAt?: Instant | undefined } | undefined> {
  const answer = await askFor(cloud, "retrieveUserQuota", project);
  const told = answer.failure === undefined ? (modelQuotas(answer.body) ?? []) : [];
  return told
    .flatMap(({ remainder: { fraction }, resetsAt }) =>
      fraction === undefined ? [] : [{ fraction, resetsAt }],
    )
    .sort((a, b) => a.fraction - b.fraction)[0];
}

/** A project that the account may not use is refused: then the account's own default serves. */
async function askFor(
  cloud: CloudCode,
  method: string,
  project: string | undefined,
  known?: readonly string[],
): Promise<CloudCodeAnswer> {
  if (project === undefined) return cloud.ask(method, {}, known);
  const answer = await cloud.ask(method, { project }, known);
  return answer.failure?.kind === "refused" ? cloud.ask(method, {}, known) : answer;
}

/** What a failure tells about the quota all the same. Throws when that is nothing. */
function quotasOf(failure: Failure, account: CodeAssist, now: Instant): Quota[] {
  if (failure.kind === "credits") return [];
  if (failure.kind === "exhausted") return [exhausted(failure, now)];
  const unserved = failure.kind === "refused" || failure.kind === "missing";
  throw (unserved ? account.obstacle : undefined) ?? failure.error;
}

/** The window that a refusal says is used up. A reset further away than five hours is that of the weekly one. */
function exhausted(
  { model, resetsAt }: { model?: string | undefined; resetsAt?: Instant | undefined },
  now: Instant,
): Quota {
  const pool = model === undefined ? undefined : (poolOf(model) ?? { id: slug(model), name: model });
  const weekly = resetsAt !== undefined && resetsAt - now > 5 * hour * 1000;
  return {
    kind: "quota",
    id: `${pool?.id ?? "account"}-${weekly ? "weekly" : "exhausted"}`,
    label: weekly ? windowLabel(week) : "quota",
    windowSeconds: weekly ? week : undefined,
    scope: pool?.name,
    models: model === undefined ? undefined : [model],
    unit: "percent",
    used: 100,
    limit: 100,
    resetsAt,
  };
}

/** What is paid goes before the tier in use, and a tier that one may not use yet comes last; ids checked 2026-11-22. */
function planLabel({ paidTier, currentTier, defaultTier }: CodeAssist): string | undefined {
  const names: Record<string, string> = {
    "g1-pro-tier": "Google AI Pro",
    "g1-ultra-tier": "Google AI Ultra",
    "g1-ultra-lite-tier": "Google AI Ultra Lite",
  };
  const [paid, current, fallback] = [paidTier, currentTier, defaultTier].map(
    (tier) => tier?.name ?? names[tier?.id ?? ""] ?? tier?.id,
  );
  return paid ?? current ?? (fallback === undefined ? undefined : `${fallback} (Restricted)`);
}

/** Google One AI credits. `usedUp`: a refusal said that they do not suffice any more. */
function creditsOf({ paidTier }: CodeAssist, usedUp: boolean): Balance | undefined {
  const credits = paidTier?.availableCredits?.find(({ creditType }) => creditType === "GOOGLE_ONE_AI");
  const remaining = credits?.creditAmount ?? (usedUp ? 0 : undefined);
  if (remaining === undefined) return undefined;
  const minimum = credits?.minimumCreditAmountForUsage ?? 0;
  const label = remaining < minimum ? `AI credits (usable from ${minimum})` : "AI credits";
  return { kind: "balance", id: "credits", label, unit: "credits", remaining };
}

import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { statusLineReadings } from "./claude-status-line.ts";
import { claudeReadings, usageKeys } from "./claude-usage.ts";
import { flag, record, text, unwrap } from "./kit/lenient.ts";
import { titleCase } from "./kit/naming.ts";

/**
 * Personal and team seats of Claude. What Claude Code itself asks for its usage page; undocumented,
 * checked 2026-11-22.
 */
export const claude = defineProvider({
  id: "claude",
  name: "Claude",
  official: false,
  billing: "subscription",
  priceList: ["anthropic"],
  services: ["claude-code", "claude-code-desktop"],
  hosts: ["api.anthropic.com", "platform.claude.com"],
  settings: z.object({
    accessToken: secret("CLAUDE_ACCESS_TOKEN"),
    /** What the credentials file says of the plan: "max" and "default_claude_max_20x". */
    subscriptionType: z.string().optional(),
    rateLimitTier: z.string().optional(),
  }),
  signIn: {
    files: ["$CLAUDE_CONFIG_DIR/.credentials.json", "~/.claude/.credentials.json"],
    fromFile(document) {
      const signedIn = credentialsFile.parse(document)?.claudeAiOauth;
      if (signedIn?.accessToken !== undefined) return { ...signedIn, accessToken: signedIn.accessToken };
      throw new AppError(
        "provider_credentials_missing",
        "The file holds no Claude sign-in. Run `claude login` with a Pro, Max, Team or Enterprise seat.",
      );
    },
    refresh: ({ refreshToken, clientId }) => ({
      method: "POST",
      url: "https://platform.claude.com/v1/oauth/token",
      json: { grant_type: "refresh_token", refresh_token: refreshToken, client_id: clientId },
    }),
  },
  push: { statusLine: statusLineReadings },
  minInterval: minutes(5),
  async read({ http, settings }) {
    const ask = (page: string, known?: readonly string[]) =>
      http.json({
        url: `https://api.anthropic.com/api/oauth/${page}`,
        headers: {
          authorization: `Bearer ${settings.accessToken}`,
          "anthropic-beta": "oauth-2025-04-20",
          "content-type": "application/json",
          // Any other program's name is throttled far sooner.
          "user-agent": "claude-code/2.1.69",
        },
        explain: refusal,
        known,
      });
    const told = planLabel(settings.subscriptionType, settings.rateLimitTier);
    // Only the plan and the owner hang on the profile, so its failure is none of the reading's.
    const asked = told === undefined ? ask("profile").catch(() => undefined) : undefined;
    const readings = claudeReadings(await ask("usage", usageKeys));
    const profile = profileFields.parse(unwrap(await asked, ["account", "organization"]));
    return { plan: told ?? profilePlan(profile), readings, owner: profileOwner(profile) };
  },
});

const credentialsFile = record({
  claudeAiOauth: record({ accessToken: text, subscriptionType: text, rateLimitTier: text }),
});

const profileFields = record({
  account: record({ uuid: text, has_claude_max: flag, has_claude_pro: flag }),
  organization: record({ uuid: text, organization_type: text, rate_limit_tier: text }),
});
type Profile = z.output<typeof profileFields>;

/** The seats of one organization have quotas of their own, and a person may have seats in several. */
function profileOwner(profile: Profile): string | undefined {
  const { account, organization } = profile ?? {};
  return account?.uuid && organization?.uuid && `${organization.uuid} ${account.uuid}`;
}

function profilePlan(profile: Profile): string | undefined {
  const { account, organization } = profile ?? {};
  const personal = account?.has_claude_max ? "max" : account?.has_claude_pro ? "pro" : undefined;
  return planLabel(organization?.organization_type ?? personal, organization?.rate_limit_tier);
}

/** "Max 20x" of "claude_max" (or "max") and "default_claude_max_20x"; other plans have no multiplier. */
function planLabel(type: string | undefined, tier: string | undefined): string | undefined {
  const plan = type?.toLowerCase().replace(/^claude_/, "");
  if (plan === undefined || plan === "") return undefined;
  const multiplier = plan === "max" ? tier?.match(/_(\d+x)$/i)?.[1]?.toLowerCase() : undefined;
  return [titleCase(plan), multiplier].filter((part) => part !== undefined).join(" ");
}

const errorFields = record({ error: record({ type: text, message: text }) });

function refusal({ status, body, html }: HttpAnswer): AppError | undefined {
  if (html) return undefined;
  if (status === 401) {
    return new AppError(
      "provider_auth_rejected",
      "Claude does not accept the access token: it has expired. Run `claude` where it was made, to sign in again.",
    );
  }
  if (status !== 403) return undefined;
  const message = errorFields.parse(body)?.error?.message ?? "";
  if (message.includes("user:profile")) {
    return new AppError(
      "provider_forbidden",
      "This Claude token may not read usage; one of `claude setup-token` never may. Sign in with Claude Code (`claude login`) and use its credentials file.",
    );
  }
  if (/revoked/i.test(message)) {
    return new AppError(
      "provider_forbidden",
      "This Claude sign-in was revoked. Sign in again with `claude login`.",
    );
  }
  return undefined;
}

import { z } from "zod";
import type { Reading } from "../core/domain/quota.ts";
import { AppError, isAppError } from "../core/errors.ts";
import { defineProvider, type Http, minutes, secret } from "../core/provider.ts";
import { hidesItsMonth, monthReadings, monthUrl } from "./codex-month.ts";
import { readCodexUsage } from "./codex-usage.ts";
import { record, text } from "./kit/lenient.ts";
import { withDistinctIds } from "./kit/naming.ts";
import { optional } from "./kit/optional.ts";

const usageUrl = "https://chatgpt.com/backend-api/wham/usage";
/** Where installations without /backend-api answer. */
const otherUsageUrl = "https://chatgpt.com/api/codex/usage";
const whoamiUrl = "https://auth.openai.com/api/accounts/v1/user-auth-credential/whoami";
const tokenUrl = "https://auth.openai.com/oauth/token";

const settings = z.object({
  accessToken: secret("CODEX_ACCESS_TOKEN"),
  /** The ChatGPT workspace. Absent: the one that the token names. */
  accountId: z.string().trim().min(1).optional(),
  /** What the token is; absent: told by its prefix. */
  kind: z.enum(["chatgpt", "personal"]).optional(),
});

/**
 * The Codex quota of a ChatGPT subscription, from the endpoint that the Codex CLI itself asks (undocumented;
 * checked 2026-11-22). Nothing is spent by reading it.
 */
export const codex = defineProvider({
  id: "codex",
  name: "Codex",
  official: false,
  billing: "subscription",
  priceList: ["openai"],
  services: ["codex_cli_rs", "codex_exec", "codex_tui", "codex-app-server"],
  hosts: ["chatgpt.com", "auth.openai.com"],
  settings,
  signIn: {
    files: ["$CODEX_HOME/auth.json", "~/.codex/auth.json"],
    fromFile,
    // The scope is the one the CLI asks for. The answer holds a new refresh token; the old one is void.
    refresh: ({ refreshToken, clientId }) => ({
      method: "POST",
      url: tokenUrl,
      json: {
        client_id: clientId,
        grant_type: "refresh_token",
        refresh_token: refreshToken,
        scope: "openid profile email offline_access",
      },
    }),
  },
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const workspace = settings.accountId ?? (await workspaceOf(http, settings));
    const found = readCodexUsage(await askUsage(http, settings.accessToken, workspace), now);
    const readings = withDistinctIds<Reading>(found.readings);
    if (workspace === undefined || !hidesItsMonth(found.plan, readings)) return { ...found, readings };
    const headers = usageHeaders(settings.accessToken, workspace);
    const month = await optional(http.json({ url: monthUrl(workspace), headers }));
    return { ...found, readings: [...monthReadings(month, now), ...readings] };
  },
});

async function askUsage(http: Http, token: string, workspace: string | undefined): Promise<unknown> {
  const headers = usageHeaders(token, workspace);
  try {
    return await http.json({
      url: usageUrl,
      headers,
      explain: ({ status }) => (status === 404 ? new AppError("not_found", "No usage here.") : undefined),
    });
  } catch (error) {
    if (!isAppError(error, "not_found")) throw error;
    return await http.json({ url: otherUsageUrl, headers });
  }
}

function usageHeaders(token: string, workspace: string | undefined): Record<string, string> {
  return {
    ...authorization(token),
    ...(workspace === undefined ? {} : { "chatgpt-account-id": workspace }),
  };
}

function authorization(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, "user-agent": "codex_cli_rs/0.76.0 (quotabot)" };
}

/**
 * The workspace that the token belongs to. A ChatGPT access token says it itself; a personal access token ("at-...")
 * says nothing, so OpenAI is asked.
 */
async function workspaceOf(http: Http, { accessToken, kind }: z.output<typeof settings>) {
  const isPersonal = kind === undefined ? accessToken.startsWith("at-") : kind === "personal";
  if (!isPersonal) return workspaceClaim(accessToken);
  const answer = await http.json({ url: whoamiUrl, headers: authorization(accessToken) });
  return whoami.parse(answer)?.chatgpt_account_id;
}

const whoami = record({ chatgpt_account_id: text });

const claims = record({ "https://api.openai.com/auth": record({ chatgpt_account_id: text }) });

/** The workspace named in a JWT. Its signature does not matter: a forged name opens nothing. */
function workspaceClaim(token: string | undefined): string | undefined {
  const payload = token?.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const parsed = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    return parsed?.["https://api.openai.com/auth"]?.chatgpt_account_id;
  } catch {
    return undefined;
  }
}

const authFile = record({
  auth_mode: text,
  OPENAI_API_KEY: text,
  personal_access_token: text,
  tokens: record({ access_token: text, account_id: text, id_token: text }),
});

function fromFile(document: unknown): z.output<typeof settings> {
  const file = authFile.parse(document);
  const { access_token, account_id, id_token } = file?.tokens ?? {};
  const mode = file?.auth_mode?.toLowerCase().replace(/[^a-z]/g, "");
  if (mode !== "apikey") {
    const personal = file?.personal_access_token;
    if (personal !== undefined && !(mode === "chatgpt" && access_token !== undefined)) {
      return { accessToken: personal, kind: "personal" };
    }
    if (access_token !== undefined) {
      return { accessToken: access_token, accountId: account_id ?? workspaceClaim(id_token) };
    }
  }
  if (mode === "apikey" || file?.OPENAI_API_KEY !== undefined) {
    throw new AppError(
      "provider_not_applicable",
      "Codex is set up with an API key there, which has no subscription quota: sign in with ChatGPT (`codex login`).",
    );
  }
  throw new AppError(
    "provider_credentials_missing",
    "The file holds no Codex sign-in: sign in with ChatGPT (`codex login`).",
  );
}

import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { defineProvider, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { noSeat, readCopilotUser } from "./copilot-user.ts";
import { githubThrottling } from "./github-throttling.ts";
import { dictionary, record, text } from "./kit/lenient.ts";

const name = "GitHub Copilot";

const settings = z.object({ accessToken: secret("COPILOT_GITHUB_TOKEN") });

/**
 * The Copilot quota of one GitHub user, from the endpoint that GitHub's own editor extensions ask (undocumented;
 * checked 2026-11-22). A tenant of GHE.com is read by giving its API address as the account's `baseUrl`.
 */
export const copilot = defineProvider({
  id: "copilot",
  name,
  official: false,
  billing: "subscription",
  priceList: ["github-copilot", "*"],
  hosts: ["api.github.com", "github.com"],
  settings,
  signIn: {
    files: [
      "$XDG_CONFIG_HOME/github-copilot/apps.json",
      "$XDG_CONFIG_HOME/github-copilot/hosts.json",
      "~/.config/github-copilot/apps.json",
      "~/.config/github-copilot/hosts.json",
    ],
    fromFile,
    // Only tokens of GitHub Apps run out; those of OAuth apps, which editors use, stay valid until revoked.
    refresh: ({ refreshToken, clientId, clientSecret }) => ({
      method: "POST",
      url: "https://github.com/login/oauth/access_token",
      form: {
        client_id: clientId,
        ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
        grant_type: "refresh_token",
        refresh_token: refreshToken,
      },
    }),
  },
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const answer = await http.json({
      url: "https://api.github.com/copilot_internal/user",
      headers: {
        authorization: `token ${settings.accessToken}`,
        // The endpoint answers editors; it wants to know which.
        "editor-version": "vscode/1.96.2",
        "editor-plugin-version": "copilot-chat/0.26.7",
        "user-agent": "GitHubCopilotChat/0.26.7",
        "x-github-api-version": "2025-04-01",
      },
      explain: (answer) => explainRefusal(answer, now),
    });
    return readCopilotUser(answer);
  },
});

const refusal = record({ reason: text, error_details: record({ notification_id: text }) });

/** GitHub says 403 for three things: no Copilot seat, too many requests, and truly forbidden, which is left alone. */
function explainRefusal(answer: HttpAnswer, now: Instant): AppError | undefined {
  if (answer.html || (answer.status !== 403 && answer.status !== 429)) return undefined;
  const told = refusal.parse(answer.body);
  if (told?.reason === "no_access" || told?.error_details?.notification_id === "no_copilot_access") {
    return noSeat();
  }
  return githubThrottling(name, answer, now);
}

const signInFile = dictionary(record({ oauth_token: text }));

/** The file maps hosts, or hosts with the id of the app ("github.com:Iv1.b507a08c87ecfe98"), to sign-ins. */
function fromFile(document: unknown): z.output<typeof settings> {
  for (const [host, { oauth_token }] of signInFile.parse(document) ?? []) {
    // The token of an enterprise must not be sent to github.com.
    if (oauth_token !== undefined && /^github\.com(:|$)/.test(host)) return { accessToken: oauth_token };
  }
  throw new AppError(
    "provider_credentials_missing",
    "The file holds no sign-in for github.com: sign in to Copilot in an editor, or give an access token. A GHE.com tenant needs its token and its address.",
  );
}

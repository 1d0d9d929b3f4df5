import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { defineProvider, type Http, type HttpAnswer, minutes, secret } from "../core/provider.ts";
import { readUsage, signedOut } from "./9router-usage.ts";
import { flag, list, record, text, unwrap } from "./kit/lenient.ts";

const name = "9Router";
const root = "https://9router.invalid/api";

const settings = z.object({
  /** The token of its own command line. Also sent as a bearer key, for a proxy that stands before it. */
  apiKey: secret("NINEROUTER_API_KEY").optional(),
  /** That of the dashboard. */
  password: secret("NINEROUTER_PASSWORD").optional(),
  /** The id of one of its connections; may be left out when it has just one. */
  connection: z.string().trim().min(1).optional(),
});

/**
 * What one connection of a 9Router has left, by the calls that its own dashboard makes (version 0.5.69; checked
 * 2026-11-22). A 9Router that asks for no sign-in needs neither key nor password.
 */
export const nineRouter = defineProvider({
  id: "9router",
  name,
  official: false,
  billing: "subscription",
  priceList: ["*"],
  hosts: ["9router.invalid"],
  selfHosted: { usualUrl: "http://127.0.0.1:20128" },
  settings,
  minInterval: minutes(5),
  async read({ http, now, settings }) {
    const { apiKey, password } = settings;
    const key = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}`, "x-9r-cli-token": apiKey };
    const session = password === undefined ? {} : { cookie: await signIn(http, key, password) };
    const headers = { ...key, ...session };
    const connection = settings.connection ?? (await onlyConnection(http, headers));
    const answer = await http.json({
      url: `${root}/usage/${encodeURIComponent(connection)}`,
      headers,
      explain: explainRefusal,
    });
    return readUsage(answer, now);
  },
});

/** A session of the dashboard, as its cookie. */
async function signIn(http: Http, headers: Record<string, string>, password: string): Promise<string> {
  const answer = await http.answer({
    method: "POST",
    url: `${root}/auth/login`,
    headers,
    json: { password },
    explain({ status, html }) {
      if (status === 401 && !html) {
        return new AppError(
          "provider_auth_rejected",
          `${name} does not accept the password. Five wrong ones lock its sign-in for a while.`,
        );
      }
      if (status !== 403 || html) return undefined;
      return new AppError(
        "provider_forbidden",
        `${name} lets nobody in by password here: it uses single sign-on, is reached through its tunnel, or still has its first password. Give the token of its command line as \`apiKey\`.`,
      );
    },
  });
  const session = /\bauth_token=[^;,\s]+/.exec(answer.header("set-cookie") ?? "")?.[0];
  if (session !== undefined) return session;
  throw new AppError("provider_unexpected_response", `${name} answered to the password without a session.`);
}

const connectionList = list(record({ id: text, provider: text, isActive: flag }));

async function onlyConnection(http: Http, headers: Record<string, string>): Promise<string> {
  const answer = await http.json({ url: `${root}/providers`, headers, explain: explainRefusal });
  const told = connectionList.parse(unwrap(answer, ["connections"])?.connections);
  if (told === undefined) {
    throw new AppError("provider_unexpected_response", `${name} answered without its connections.`);
  }
  const active = told.filter(({ id, isActive }) => id !== undefined && isActive !== false);
  const [only] = active;
  if (only?.id !== undefined && active.length === 1) return only.id;
  if (active.length === 0) {
    throw new AppError("provider_not_applicable", `${name} has no active connection, so there is no quota.`);
  }
  throw new AppError(
    "provider_credentials_missing",
    `${name} has ${active.length} connections: write the id of one as \`connection\` beside the key.`,
  );
}

const refusal = record({ error: text });

function explainRefusal({ status, body, html }: HttpAnswer): AppError | undefined {
  const told = refusal.parse(body)?.error ?? "";
  if (status === 404 && /connection/i.test(told)) {
    return new AppError(
      "provider_not_applicable",
      `${name} has no such connection. Check the \`connection\` of this account.`,
    );
  }
  if (status !== 401 || html) return undefined;
  if (/refresh|re-authori[sz]e/i.test(told)) return signedOut();
  return new AppError(
    "provider_auth_rejected",
    `${name} does not let the bot in. Give the token of its command line as \`apiKey\`, or the \`password\` of its dashboard.`,
  );
}

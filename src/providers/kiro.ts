import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { defineProvider, type Http, type HttpRequest, minutes, secret } from "../core/provider.ts";
import { isSuspended, refusal } from "./kiro-refusal.ts";
import { refreshRequest, signInHosts } from "./kiro-sign-in.ts";
import { readKiroUsage } from "./kiro-usage.ts";
import { record, text } from "./kit/lenient.ts";

const regions = ["us-east-1", "eu-central-1"] as const;
type Region = (typeof regions)[number];
const usageHost = (region: Region) => `q.${region}.amazonaws.com`;
/** Where the same call is answered in another protocol. */
const rpcHost = "codewhisperer.us-east-1.amazonaws.com";

const settings = z.object({
  accessToken: secret("KIRO_ACCESS_TOKEN"),
  /** The profile the credits belong to; enterprises need it. It also tells the region. */
  profileArn: z.string().trim().min(1).optional(),
  /** Where the profile is. Absent: the one that `profileArn` names, else all are tried. */
  region: z.enum(regions).optional(),
  /** How the person signed in, in the words of the sign-in file. */
  authMethod: z.string().optional(),
});
type Settings = z.output<typeof settings>;

/** Kiro's monthly credits. A private call of the vendor's own editor; checked 2026-11-22. */
export const kiro = defineProvider({
  id: "kiro",
  name: "Kiro",
  official: false,
  billing: "subscription",
  priceList: ["*"],
  hosts: [...regions.map(usageHost), rpcHost, ...signInHosts],
  settings,
  signIn: {
    files: ["~/.aws/sso/cache/kiro-auth-token.json"],
    fromFile,
    refresh: refreshRequest,
  },
  // Accounts have been suspended for unusual activity: few requests are part of being usual.
  minInterval: minutes(15),
  async read({ http, settings }) {
    return readKiroUsage(await askUsage(http, settings));
  },
});

/** Asks one place after the other until one knows the account. If none does, the first refusal tells most. */
async function askUsage(http: Http, settings: Settings): Promise<unknown> {
  let refused: unknown;
  for (const request of requests(http, settings)) {
    let elsewhere = false;
    try {
      return await http.json({
        ...request,
        explain: (answer) => {
          elsewhere = (answer.status === 403 && !isSuspended(answer.body)) || answer.status === 404;
          return refusal(answer);
        },
      });
    } catch (error) {
      if (!elsewhere) throw error;
      refused ??= error;
    }
  }
  throw refused;
}

/** The calls that tell the same; none of them asks for the person's e-mail address. */
function requests(http: Http, settings: Settings): HttpRequest[] {
  const { profileArn } = settings;
  const region = settings.region ?? regions.find((name) => profileArn?.includes(`:${name}:`));
  const asked = { origin: "AI_EDITOR", resourceType: "AGENTIC_REQUEST" };
  const profile = profileArn === undefined ? {} : { profileArn };
  const query = new URLSearchParams({ ...asked, ...profile });
  const headers = headersOf(settings);
  const hosts = region === undefined ? http.distinctHosts(regions.map(usageHost)) : [usageHost(region)];
  const rest = hosts.map(
    (host): HttpRequest => ({ url: `https://${host}/getUsageLimits?${query}`, headers }),
  );
  if (region !== undefined && region !== "us-east-1") return rest;
  const rpc: HttpRequest = {
    method: "POST",
    url: `https://${rpcHost}/`,
    headers: {
      ...headers,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonCodeWhispererService.GetUsageLimits",
    },
    json: { ...asked, ...profile },
  };
  return [...rest, rpc];
}

function headersOf({ accessToken, authMethod }: Settings): Record<string, string> {
  const kind = accessToken.startsWith("ksk_")
    ? "API_KEY"
    : authMethod?.toLowerCase().replace(/[^a-z]/g, "") === "externalidp"
      ? "EXTERNAL_IDP"
      : undefined;
  return {
    authorization: `Bearer ${accessToken}`,
    // Programs that are not the editor, or an old one, are refused.
    "user-agent": "aws-sdk-js/1.0.34 KiroIDE-0.12.155",
    "x-amz-user-agent": "aws-sdk-js/1.0.34 KiroIDE-0.12.155",
    ...(kind === undefined ? {} : { tokentype: kind }),
  };
}

const signInFile = record({ accessToken: text, profileArn: text, authMethod: text });

/** The `region` in the file is that of the sign-in, which may differ from the profile's. */
function fromFile(document: unknown): Settings {
  const { accessToken, profileArn, authMethod } = signInFile.parse(document) ?? {};
  if (accessToken !== undefined) return { accessToken, profileArn, authMethod };
  throw new AppError(
    "provider_credentials_missing",
    "The file holds no Kiro sign-in: sign in in the Kiro editor. The sign-in of kiro-cli is kept in a database, which is not read.",
  );
}

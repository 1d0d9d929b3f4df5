import { z } from "zod";
import { AppError, isAppError } from "../core/errors.ts";
import { defineProvider, type Http, minutes, secret } from "../core/provider.ts";
import { type CodeAssist, createCloudCode, loadCodeAssist } from "./cloud-code.ts";
import { modelQuotas } from "./cloud-code-quota.ts";
import { dailyWindows, exhausted } from "./gemini-cli-windows.ts";
import {
  type GoogleCredential,
  googleTokenHost,
  readGoogleCredential,
  refreshRequest,
} from "./google-sign-in.ts";
import { dictionary, list, record, text } from "./kit/lenient.ts";

const name = "Gemini CLI";
const host = "cloudcode-pa.googleapis.com";
const projectsHost = "cloudresourcemanager.googleapis.com";

const unsupportedClient =
  "Google moved individual accounts from Gemini CLI to Antigravity on 2026-06-18. Read this account with the provider for Antigravity; only Standard and Enterprise licences stay here.";

/** Gemini Code Assist as the Gemini CLI uses it. Undocumented calls of an open-source client; checked 2026-11-22. */
export const geminiCli = defineProvider({
  id: "gemini-cli",
  name,
  official: false,
  billing: "subscription",
  priceList: ["google"],
  services: ["gemini-cli"],
  hosts: [host, projectsHost, googleTokenHost],
  settings: z.object({
    accessToken: secret("GEMINI_CLI_ACCESS_TOKEN"),
    /** The Google Cloud project that quotas are counted for; default: the one Google tells. */
    project: z.string().trim().min(1).optional(),
    /** Whether the account belongs to a Google Workspace. Only the CLI's own file tells; it decides how the plan is named. */
    workspace: z.boolean().optional(),
  }),
  signIn: {
    files: ["~/.gemini/oauth_creds.json"],
    fromFile(document) {
      const credential = readGoogleCredential(document);
      if (credential.accessToken === undefined) throw missing(document, credential);
      const { accessToken, project } = credential;
      return { accessToken, project, workspace: inWorkspace(credential.idToken) };
    },
    refresh: (owned) => refreshRequest(name, owned),
  },
  minInterval: minutes(10),
  async read({ http, now, settings }) {
    const { accessToken } = settings;
    const cloud = createCloudCode({ http, hosts: [host], name, accessToken, unsupportedClient, now });
    const account = await loadCodeAssist(cloud, whoAmI(settings.project), unsupportedClient);
    const project = settings.project ?? account.project ?? (await findProject(http, accessToken));
    const answer = await cloud.ask("retrieveUserQuota", project === undefined ? {} : { project }, [
      "buckets",
    ]);
    const plan = planLabel(account, settings.workspace);
    if (answer.failure !== undefined) {
      const { failure } = answer;
      if (failure.kind === "exhausted") return { plan, readings: [exhausted(failure)] };
      const unserved = failure.kind === "refused" || failure.kind === "missing";
      throw (unserved ? account.obstacle : undefined) ?? failure.error;
    }
    const quotas = modelQuotas(answer.body);
    // An account without quotas is told by an empty object. So is, by some proxies, everything else.
    if (quotas === undefined || (quotas.length === 0 && plan === undefined)) {
      throw (
        account.obstacle ?? new AppError("provider_unexpected_response", `${name} answered without a quota.`)
      );
    }
    if (quotas.length === 0 && account.obstacle !== undefined) throw account.obstacle;
    return { plan, readings: dailyWindows(quotas) };
  },
});

function whoAmI(project: string | undefined): object {
  const metadata = { ideType: "IDE_UNSPECIFIED", platform: "PLATFORM_UNSPECIFIED", pluginType: "GEMINI" };
  if (project === undefined) return { metadata };
  return { metadata: { ...metadata, duetProject: project }, cloudaicompanionProject: project };
}

const projectList = record({
  projects: list(record({ projectId: text, labels: dictionary(text) })),
});

/** The project that Google's AI tools made for the account; undefined when there is none or it cannot be told. */
async function findProject(http: Http, accessToken: string): Promise<string | undefined> {
  try {
    const answer = await http.json({
      url: `https://${projectsHost}/v1/projects`,
      headers: { authorization: `Bearer ${accessToken}` },
    });
    return projectList
      .parse(answer)
      ?.projects?.find(
        ({ projectId, labels }) =>
          projectId?.startsWith("gen-lang-client") || labels?.has("generative-language"),
      )?.projectId;
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

/** The names under which people know the plans; ids checked 2026-11-22. */
function planLabel({ paidTier, currentTier }: CodeAssist, workspace = false): string | undefined {
  const names: Record<string, string> = {
    "standard-tier": "Paid",
    "free-tier": workspace ? "Workspace" : "Free",
    "legacy-tier": "Legacy",
  };
  return paidTier?.name ?? names[currentTier?.id ?? ""] ?? currentTier?.name ?? currentTier?.id;
}

const settingsFile = record({ security: record({ auth: record({ selectedType: text }) }) });

/** The error for a file without an access token. */
function missing(document: unknown, { refreshable }: GoogleCredential): AppError {
  const signedInBy = settingsFile.parse(document)?.security?.auth?.selectedType;
  if (signedInBy !== undefined && signedInBy !== "oauth-personal") {
    return new AppError(
      "provider_not_applicable",
      `${name} is signed in with an API key or Vertex AI here. Only a sign-in with Google has these quotas.`,
    );
  }
  return new AppError(
    "provider_credentials_missing",
    refreshable
      ? `The credential file holds a refresh token but no access token. Run ${name} once to renew it.`
      : `The credential file holds no access token of ${name}. Sign in with Google there; the CLI may also keep it in the system's keyring, where it cannot be read.`,
  );
}

/** Whether the signed-in person belongs to a Workspace: the `hd` claim of the ID token. */
function inWorkspace(idToken: string | undefined): boolean | undefined {
  const payload = idToken?.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return record({ hd: text }).parse(claims)?.hd !== undefined;
  } catch {
    return undefined;
  }
}

import { z } from "zod";
import { AppError, isAppError } from "../core/errors.ts";
import type { Http } from "../core/provider.ts";
import {
  explainFailure,
  type Failure,
  type FailureContext,
  verificationNeeded,
} from "./cloud-code-failure.ts";
import { amount, flag, list, record, text, unwrap } from "./kit/lenient.ts";

export interface CloudCodeOptions extends FailureContext {
  http: Http;
  /** Hosts that serve the API, the preferred one first. */
  hosts: readonly string[];
  accessToken: string;
  userAgent?: string | undefined;
}

export type CloudCodeAnswer = { body: unknown; failure?: undefined } | { failure: Failure };

/** Google's Cloud Code API, which editors and CLIs use for Gemini. Not a published API; calls checked 2026-11-22. */
export interface CloudCode {
  /** The provider's name, for messages. */
  name: string;
  /**
   * Calls `v1internal:<method>`. A host that is down or does not serve this account hands over to the next one.
   * `known` are the keys the answer is known to have. Failures are returned, not thrown.
   */
  ask(method: string, body: object, known?: readonly string[]): Promise<CloudCodeAnswer>;
}

export function createCloudCode(options: CloudCodeOptions): CloudCode {
  let hosts = options.http.distinctHosts(options.hosts);
  return {
    name: options.name,
    async ask(method, body, known) {
      const failures: Failure[] = [];
      for (const host of hosts) {
        const answer = await askHost(options, host, { method, body, known });
        if (answer.failure === undefined) {
          // Pay for a host that is down once per read, not once per call.
          hosts = [host, ...hosts.filter((other) => other !== host)];
          return answer;
        }
        if (!anotherHostMayHelp(answer.failure)) return answer;
        failures.push(answer.failure);
      }
      // A refusal tells more than a host that is down.
      const failure =
        failures.find(({ kind }) => kind === "refused") ??
        failures.find(({ kind }) => kind === "missing") ??
        failures[0];
      if (failure === undefined) throw new Error(`${options.name} has no host to ask.`);
      return { failure };
    },
  };
}

function anotherHostMayHelp({ kind }: Failure): boolean {
  return kind === "refused" || kind === "missing" || kind === "trouble";
}

async function askHost(
  options: CloudCodeOptions,
  host: string,
  call: { method: string; body: object; known: readonly string[] | undefined },
): Promise<CloudCodeAnswer> {
  const explained: Failure[] = [];
  try {
    const answer = await options.http.json({
      url: `https://${host}/v1internal:${call.method}`,
      method: "POST",
      headers: {
        authorization: `Bearer ${options.accessToken}`,
        ...(options.userAgent === undefined ? {} : { "user-agent": options.userAgent }),
      },
      json: call.body,
      known: call.known,
      explain: (refusal) => {
        const failure = explainFailure(refusal, options);
        if (failure !== undefined) explained.push(failure);
        return failure?.error;
      },
    });
    return { body: answer };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { failure: explained[0] ?? { kind: kindOf(error), error } };
  }
}

/** For failures that the general rules explained. */
function kindOf({ code }: AppError): "decided" | "trouble" | "other" {
  if (code === "provider_auth_rejected" || code === "provider_credentials_missing") return "decided";
  return code === "provider_unavailable" || code === "provider_unreachable" ? "trouble" : "other";
}

const tier = record({
  id: text,
  name: text,
  isDefault: flag,
  availableCredits: list(
    record({ creditType: text, creditAmount: amount, minimumCreditAmountForUsage: amount }),
  ),
});

const codeAssistFields = {
  currentTier: tier,
  paidTier: tier,
  allowedTiers: list(tier),
  ineligibleTiers: list(record({ reasonCode: text, tierId: text, validationUrl: text })),
  cloudaicompanionProject: z.unknown(),
};
const codeAssist = record(codeAssistFields);
const codeAssistKeys = Object.keys(codeAssistFields);

type Tier = NonNullable<z.output<typeof tier>>;

/** What `loadCodeAssist` tells about an account. */
export interface CodeAssist {
  /** The tier the account is on, unless Google lists it as ineligible. */
  currentTier?: Tier | undefined;
  paidTier?: Tier | undefined;
  /** The tier a new account would get. */
  defaultTier?: Tier | undefined;
  /** The Google Cloud project that quotas are counted for. */
  project?: string | undefined;
  /** Why such an account is likely to have no quota; worth throwing only when none can be read. */
  obstacle?: AppError | undefined;
}

/**
 * Asks who the account is. Resolves with an empty object when that cannot be told right now, for quotas can be read
 * without it. Throws the AppError of an account that is refused as such.
 */
export async function loadCodeAssist(
  cloud: CloudCode,
  request: object,
  unsupportedClient: string,
): Promise<CodeAssist> {
  const answer = await cloud.ask("loadCodeAssist", request, [
    ...codeAssistKeys,
    "gcpManaged",
    "manageSubscriptionUri",
  ]);
  if (answer.failure !== undefined) {
    if (answer.failure.kind === "decided") throw answer.failure.error;
    return {};
  }
  const told = codeAssist.parse(unwrap(answer.body, codeAssistKeys));
  if (told === undefined) return {};
  const ineligible = told.ineligibleTiers ?? [];
  const currentId = told.currentTier?.id;
  // A tier that is refused beside the one in use does not concern this account.
  const refusals = ineligible.filter(({ tierId }) => currentId === undefined || tierId === currentId);
  const verify = refusals.find(({ reasonCode }) => reasonCode === "VALIDATION_REQUIRED");
  if (verify !== undefined) throw verificationNeeded(cloud.name, [verify.validationUrl]);
  if (refusals.some(({ reasonCode }) => reasonCode === "UNSUPPORTED_CLIENT")) {
    throw new AppError("provider_not_applicable", unsupportedClient);
  }
  const project = projectId(told.cloudaicompanionProject);
  return {
    currentTier: refusals.length === 0 ? told.currentTier : undefined,
    paidTier: told.paidTier,
    defaultTier: told.allowedTiers?.find(({ isDefault }) => isDefault === true),
    project,
    obstacle: obstacle(cloud.name, refusals[0]?.reasonCode, {
      onboarded: project !== undefined || told.currentTier !== undefined || told.allowedTiers === undefined,
    }),
  };
}

function obstacle(
  name: string,
  reason: string | undefined,
  { onboarded }: { onboarded: boolean },
): AppError | undefined {
  if (reason !== undefined) {
    const code = /^[A-Z_]{1,40}$/.test(reason) ? ` (${reason})` : "";
    return new AppError("provider_not_applicable", `Google does not offer ${name} to this account${code}.`);
  }
  if (onboarded) return undefined;
  return new AppError(
    "provider_not_applicable",
    `This account has not been set up for ${name}. Open ${name} once and finish the sign-up.`,
  );
}

/** A project comes as its id or as an object that holds it. */
function projectId(project: unknown): string | undefined {
  return text.parse(project) ?? record({ id: text }).parse(project)?.id;
}

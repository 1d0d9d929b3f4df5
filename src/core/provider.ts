import { z } from "zod";
import type { Instant, Reading } from "./domain/quota.ts";
import type { Billing } from "./domain/usage.ts";
import type { AppError } from "./errors.ts";

/** What a provider asks over HTTP. The host of `url` must be one that the provider declares. */
export interface HttpRequest {
  url: string;
  method?: "GET" | "POST" | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent form-encoded. */
  form?: Readonly<Record<string, string>> | undefined;
  /**
   * Looks at an answer that is not 2xx before the general rules do, and returns the error it means, or undefined
   * to leave it to them.
   */
  explain?: ((answer: HttpAnswer) => AppError | undefined) | undefined;
  /** Top-level keys the answer is known to have. Others are logged, once: a sign that the provider changed. */
  known?: readonly string[] | undefined;
}

export interface HttpAnswer {
  status: number;
  /** Header by lower-case name. */
  header(name: string): string | undefined;
  /** The parsed body; undefined when it is not JSON. */
  body: unknown;
  /** Whether the body is an HTML page: a firewall or a login page, not the API. */
  html: boolean;
}

/**
 * HTTP as a provider sees it: declared hosts only, no redirects, 10 s, at most 1 MiB, JSON.
 */
export interface Http {
  /** Resolves with the JSON body of a 2xx answer; everything else is thrown as an AppError with a provider_ code. */
  json(request: HttpRequest): Promise<unknown>;
  /** Like `json`, for those who need more of the answer than its body. */
  answer(request: HttpRequest): Promise<HttpAnswer>;
  /** Those of the hosts that lead to different machines: just the first when the account's `baseUrl` replaces them all. */
  distinctHosts(hosts: readonly string[]): readonly string[];
}

/** All that a provider may touch while reading. */
export interface ProviderIo<Settings> {
  http: Http;
  now: Instant;
  settings: Settings;
}

/** What one read of an account found. */
export interface ProviderReading {
  plan?: string | undefined;
  readings: readonly Reading[];
  /**
   * The provider's own id of what the quota belongs to (an organisation, a workspace, a login): two accounts with the
   * same one share their quotas. It is stored as a hash only.
   */
  owner?: string | undefined;
  /** Set when the provider has ended this service: since when, and what took its place. */
  retired?: string | undefined;
}

/** How a provider whose credential is an OAuth token comes by it, apart from a token written in the configuration. */
export interface SignIn<Settings> {
  /**
   * Usual places of the file its own CLI keeps, first existing wins. `~` is the home folder; `$NAME` at the start an
   * environment variable, and a place whose variable is unset is passed over.
   */
  files: readonly string[];
  /** Reads that file's JSON. Throws provider_credentials_missing or provider_not_applicable, saying what to do. */
  fromFile(document: unknown): Settings;
  /** The request that turns a refresh token which the bot owns alone into an access token. */
  refresh(owned: { refreshToken: string; clientId: string; clientSecret?: string | undefined }): HttpRequest;
}

/** What a person's machine can report of an account, so that no credential has to leave that machine. */
export interface Push {
  /**
   * The readings in the document that the provider's own program hands to a status line command, with the ids and
   * labels that `read` gives the same windows. Empty when it tells no numbers. Never throws.
   */
  statusLine(document: unknown): readonly Reading[];
}

/** A product that everybody runs for themselves, so that its address is the team's to tell. */
export interface SelfHosted {
  /** Where it is when the account has no `baseUrl`, such as "http://127.0.0.1:20128"; absent: there is no such place. */
  usualUrl?: string;
}

export interface ProviderDefinition<Settings extends z.ZodObject> {
  /** As written in the configuration. */
  id: string;
  /** As people know it. */
  name: string;
  /** Whether the endpoint is published for this use. If not, an account must say `acceptUnofficial: true`. */
  official: boolean;
  /** All hosts it may ask. Of a product that everybody runs for themselves one name under .invalid. */
  hosts: readonly string[];
  /** Set for such a product: the account's `baseUrl` says where it is. */
  selfHosted?: SelfHosted;
  /** What `read` needs; built with `secret()` and plain zod types. */
  settings: Settings;
  signIn?: SignIn<z.output<Settings>>;
  push?: Push;
  /** How its accounts pay unless the configuration says otherwise; absent: by the bill. */
  billing?: Billing;
  /**
   * Ids of the lists in the built-in price list that tell its prices, the one to ask first in front; "*" is the list of
   * whoever makes the model. Absent: none does.
   */
  priceList?: readonly string[];
  /** Programs, by the `service.name` of their telemetry, whose calls an account of this provider may have paid for. */
  services?: readonly string[];
  /** Milliseconds between two reads of one account, at the least, even when a person asks. */
  minInterval: number;
  read(io: ProviderIo<z.output<Settings>>): Promise<ProviderReading>;
}

/** A provider with its settings type erased, so that all providers fit in one list. */
export interface Provider {
  id: string;
  name: string;
  official: boolean;
  hosts: readonly string[];
  selfHosted?: SelfHosted | undefined;
  settings: z.ZodObject;
  signIn?: SignIn<unknown> | undefined;
  push?: Push | undefined;
  billing?: Billing | undefined;
  priceList?: readonly string[] | undefined;
  services?: readonly string[] | undefined;
  minInterval: number;
  /** `settings` must have been parsed by this provider's schema. */
  read(io: ProviderIo<unknown>): Promise<ProviderReading>;
}

/** Declares a provider: one object, one file. */
export function defineProvider<Settings extends z.ZodObject>(
  definition: ProviderDefinition<Settings>,
): Provider {
  return {
    ...definition,
    signIn: definition.signIn,
    read: (io) => definition.read({ ...io, settings: definition.settings.parse(io.settings) }),
  };
}

/** Why an account of an unofficial provider needs its owner's consent, and how it is given. */
export function consentNeeded(provider: Pick<Provider, "name">): string {
  return (
    `the vendor of ${provider.name} publishes no API for this; it may forbid reading the quota this way, change it at ` +
    "any time or block the account. Write `acceptUnofficial: true` on the account if you accept that."
  );
}

interface SecretMeta {
  environment: string;
}
const secrets = z.registry<SecretMeta>();

/** A setting that must not be shown, with the environment variable that holds it when the configuration does not. */
export function secret(environment: string): z.ZodString {
  return z.string().trim().min(1).register(secrets, { environment });
}

/** The environment variable of a setting declared with `secret`; undefined for an ordinary setting. */
export function secretEnvironment(schema: z.ZodType): string | undefined {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  return secrets.get(inner)?.environment;
}

export const seconds = (count: number): number => count * 1000;
export const minutes = (count: number): number => seconds(count * 60);
export const hours = (count: number): number => minutes(count * 60);

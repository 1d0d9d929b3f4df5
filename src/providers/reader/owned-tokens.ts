import { createHash } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";
import { type Http, type HttpAnswer, type HttpRequest, seconds } from "../../core/provider.ts";
import { amount, record, text } from "../kit/lenient.ts";
import { type Kept, load, save } from "./token-file.ts";

/** A sign-in that belongs to the bot alone, so it may use up the refresh token. */
interface OwnedSignIn {
  /** The account's id. */
  account: string;
  /** The provider's name, for messages. */
  name: string;
  /** As configured. */
  refreshToken: string;
  /** The request that renews with the given refresh token. */
  request(refreshToken: string): HttpRequest;
  http: Http;
}

export interface OwnedTokens {
  /**
   * An access token that is good for a minute at least, and is not the rejected one.
   * @throws provider_auth_rejected when a person has to sign in again; store_unavailable when the new tokens cannot
   * be kept; or what the exchange met.
   */
  accessToken(signIn: OwnedSignIn, rejected?: string): Promise<string>;
  /** Resolves once no renewal is under way. */
  settled(): Promise<void>;
}

/**
 * Access tokens of sign-ins the bot owns. Refresh tokens are good for one use at many providers, so the new one is on
 * disk, under `<folder>/<account>.json`, before its access token is handed out, and reads that come together share
 * one renewal.
 */
export function createOwnedTokens({ folder, clock }: { folder: string; clock: Clock }): OwnedTokens {
  const held = new Map<string, Kept>();
  /** Accounts whose tokens are newer than their file, because it could not be written. */
  const unsaved = new Set<string>();
  const underWay = new Map<string, Promise<Kept>>();

  async function current(account: string, descendsFrom: string): Promise<Kept | undefined> {
    const loaded = held.has(account) ? undefined : await load(folder, account);
    // Asked again: what was renewed during the load is newer.
    const kept = held.get(account) ?? loaded;
    return kept?.descendsFrom === descendsFrom ? kept : undefined;
  }

  async function keep(account: string, kept: Kept): Promise<Kept> {
    held.set(account, kept);
    unsaved.add(account);
    await save(folder, account, kept);
    unsaved.delete(account);
    return kept;
  }

  async function renew(signIn: OwnedSignIn, kept: Kept): Promise<Kept> {
    const answer = await exchange(signIn, kept.refreshToken);
    return keep(signIn.account, {
      descendsFrom: kept.descendsFrom,
      refreshToken: answer.refreshToken ?? kept.refreshToken,
      accessToken: answer.accessToken,
      expiresAt: answer.lifetime === undefined ? undefined : clock.now() + answer.lifetime,
    });
  }

  function isGood(
    { accessToken, expiresAt = Number.POSITIVE_INFINITY }: Kept,
    rejected: string | undefined,
  ): boolean {
    return accessToken !== undefined && accessToken !== rejected && expiresAt - clock.now() > seconds(60);
  }

  async function once(key: string, act: () => Promise<Kept>): Promise<Kept> {
    const running = underWay.get(key) ?? act();
    underWay.set(key, running);
    try {
      return await running;
    } finally {
      if (underWay.get(key) === running) underWay.delete(key);
    }
  }

  return {
    async accessToken(signIn, rejected) {
      const { account } = signIn;
      const descendsFrom = createHash("sha256").update(signIn.refreshToken).digest("hex");
      const start = { descendsFrom, refreshToken: signIn.refreshToken };
      let kept: Kept = (await current(account, descendsFrom)) ?? start;
      if (!isGood(kept, rejected)) kept = await once(`${account} ${descendsFrom}`, () => renew(signIn, kept));
      else if (unsaved.has(account))
        kept = await once(`${account} ${descendsFrom}`, () => keep(account, kept));
      if (kept.accessToken === undefined) throw notUnderstood(signIn.name);
      return kept.accessToken;
    },
    async settled() {
      await Promise.allSettled(underWay.values());
    },
  };
}

/**
 * The answer of a token endpoint, RFC 6749 section 5; some put more into `error` than its code, and AWS writes the
 * names in camel case.
 */
const tokenFields = record({
  access_token: text,
  refresh_token: text,
  expires_in: amount,
  accessToken: text,
  refreshToken: text,
  expiresIn: amount,
  code: text,
  error: z.unknown(),
});
const errorFields = record({ code: text, type: text });

async function exchange(signIn: OwnedSignIn, refreshToken: string) {
  const request = signIn.request(refreshToken);
  const explain = (answer: HttpAnswer) => refusal(signIn.name, answer.body) ?? request.explain?.(answer);
  const body = await signIn.http.json({ ...request, explain });
  const answer = tokenFields.parse(body);
  const accessToken = answer?.access_token ?? answer?.accessToken;
  if (accessToken === undefined) throw refusal(signIn.name, body) ?? notUnderstood(signIn.name);
  const lifetime = answer?.expires_in ?? answer?.expiresIn;
  return {
    accessToken,
    refreshToken: answer?.refresh_token ?? answer?.refreshToken,
    lifetime: lifetime === undefined ? undefined : seconds(lifetime),
  };
}

function refusal(name: string, body: unknown): AppError | undefined {
  const answer = tokenFields.parse(body);
  const nested = errorFields.parse(answer?.error);
  const code =
    typeof answer?.error === "string" ? answer.error : (nested?.code ?? nested?.type ?? answer?.code);
  switch (code) {
    case "invalid_grant":
    case "refresh_token_expired":
    case "refresh_token_reused":
    case "refresh_token_invalidated":
      return new AppError(
        "provider_auth_rejected",
        `The sign-in at ${name} has ended. Sign in again and put the new refresh token into the configuration.`,
      );
    case "invalid_client":
    case "unauthorized_client":
      return new AppError(
        "provider_auth_rejected",
        `${name} does not accept the clientId, or its clientSecret.`,
      );
    default:
      return undefined;
  }
}

function notUnderstood(name: string): AppError {
  return new AppError(
    "provider_unexpected_response",
    `${name} answered the renewal without an access token.`,
  );
}

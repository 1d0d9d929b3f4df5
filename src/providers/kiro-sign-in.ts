import { AppError } from "../core/errors.ts";
import type { HttpAnswer, HttpRequest } from "../core/provider.ts";
import { record, text } from "./kit/lenient.ts";

const socialHost = "prod.us-east-1.auth.desktop.kiro.dev";
const oidcHost = "oidc.us-east-1.amazonaws.com";

/** The hosts of `refreshRequest`. */
export const signInHosts = [socialHost, oidcHost];

/**
 * The request that renews Kiro's access token. A sign-in with AWS has a client with a secret, registered for it alone;
 * one with Google or GitHub has none, and its client id is not asked for. Checked 2026-11-22.
 */
export function refreshRequest(owned: {
  refreshToken: string;
  clientId: string;
  clientSecret?: string | undefined;
}): HttpRequest {
  const { refreshToken, clientId, clientSecret } = owned;
  if (clientSecret === undefined) {
    return { method: "POST", url: `https://${socialHost}/refreshToken`, json: { refreshToken }, explain };
  }
  return {
    method: "POST",
    url: `https://${oidcHost}/token`,
    json: { clientId, clientSecret, grantType: "refresh_token", refreshToken },
    explain,
  };
}

const refused = record({ error: text });

function explain({ status, body }: HttpAnswer): AppError | undefined {
  const ended = refused.parse(body)?.error === "expired_token" || status === 401;
  if (!ended) return undefined;
  return new AppError(
    "provider_auth_rejected",
    "The sign-in at Kiro has ended. Sign in again and put the new refresh token into the configuration.",
  );
}

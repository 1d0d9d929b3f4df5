import { AppError } from "../core/errors.ts";
import type { HttpRequest } from "../core/provider.ts";
import { record, text } from "./kit/lenient.ts";

/** The host of `refreshRequest`; a provider that uses it must declare it. */
export const googleTokenHost = "oauth2.googleapis.com";

const tokens = { access_token: text, refresh_token: text, id_token: text };
const credentialFile = record({
  ...tokens,
  token: record(tokens),
  type: text,
  project_id: text,
  refresh: text,
  refreshToken: text,
});

/** What a credential file of a Google client holds. */
export interface GoogleCredential {
  accessToken?: string | undefined;
  idToken?: string | undefined;
  project?: string | undefined;
  /** Which client wrote it, where that is told. */
  type?: string | undefined;
  /** Whether there is a refresh token, of no use by itself: it belongs to the client that wrote the file. */
  refreshable: boolean;
}

/** Reads a credential file: the tokens at its top or under `token`, the whole possibly wrapped by a keyring. */
export function readGoogleCredential(document: unknown): GoogleCredential {
  const file = credentialFile.parse(unwrapKeyring(document));
  return {
    accessToken: file?.access_token ?? file?.token?.access_token,
    idToken: file?.id_token ?? file?.token?.id_token,
    project: file?.project_id,
    type: file?.type,
    refreshable:
      (file?.refresh_token ?? file?.token?.refresh_token ?? file?.refresh ?? file?.refreshToken) !==
        undefined ||
      (typeof document === "string" && document.includes("|")),
  };
}

/** A keyring entry is the prefix and the base64 of the file's JSON. */
function unwrapKeyring(document: unknown): unknown {
  const prefix = "go-keyring-base64:";
  if (typeof document !== "string" || !document.trim().startsWith(prefix)) return document;
  try {
    return JSON.parse(Buffer.from(document.trim().slice(prefix.length), "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * The request that renews a Google access token, and what its refusals mean. Google's refresh tokens do not rotate.
 * The client's id and secret are the owner's to supply. Documented by Google; checked 2026-11-22.
 */
export function refreshRequest(
  name: string,
  owned: { refreshToken: string; clientId: string; clientSecret?: string | undefined },
): HttpRequest {
  return {
    url: `https://${googleTokenHost}/token`,
    method: "POST",
    form: {
      client_id: owned.clientId,
      ...(owned.clientSecret === undefined ? {} : { client_secret: owned.clientSecret }),
      refresh_token: owned.refreshToken,
      grant_type: "refresh_token",
    },
    explain: ({ body }) => {
      switch (record({ error: text }).parse(body)?.error) {
        case "invalid_grant":
          return new AppError(
            "provider_auth_rejected",
            `Google does not accept the refresh token for ${name} any more. Sign in again and replace it.`,
          );
        case "invalid_client":
        case "unauthorized_client":
          return new AppError(
            "provider_auth_rejected",
            `Google does not accept the client of this refresh token for ${name}. Check \`clientId\` and \`clientSecret\`.`,
          );
        default:
          return undefined;
      }
    },
  };
}

import { isLoopback } from "../core/hosts.ts";

/** How a mail server is reached, as the mail library wants it. */
export interface MailAddress {
  host: string;
  port?: number | undefined;
  /** TLS from the first byte on. */
  secure: boolean;
  /** Nothing is sent before STARTTLS has worked. */
  requireTLS: boolean;
  /** STARTTLS is not even tried. */
  ignoreTLS: boolean;
  auth?: { user: string; pass: string } | undefined;
}

/**
 * Reads smtps://user:password@host:port, or smtp:// where what is sent must be protected by STARTTLS. That is not asked
 * of a server on this machine, nor with `?requireTLS=false` (protected if the server offers it) or `?ignoreTLS=true`
 * (never protected).
 */
export function readMailAddress(address: string): MailAddress {
  const { protocol, hostname, port, username, password, searchParams } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  const secure = protocol === "smtps:";
  const wanted = searchParams.get("requireTLS");
  // What stays on the machine needs no protection, and certificates for localhost are rarely good ones.
  const local = isLoopback(host) && wanted === null;
  const ignoreTLS = !secure && (local || searchParams.get("ignoreTLS") === "true");
  return {
    host,
    port: port === "" ? undefined : Number(port),
    secure,
    ignoreTLS,
    requireTLS: !secure && !ignoreTLS && wanted !== "false",
    auth: username === "" ? undefined : { user: decoded(username), pass: decoded(password) },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

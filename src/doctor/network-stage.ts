import { lookup } from "node:dns/promises";
import { connect } from "node:net";

/** How far a connection got: the name is not known, nobody takes it, it cannot be made safe, nobody answers on it. */
export interface NetworkStage {
  stage: "dns" | "tcp" | "tls" | "http";
  /** The system's short code, such as ECONNREFUSED. */
  code?: string | undefined;
}

const names = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME", "EAI_FAIL"]);
const connections = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EACCES",
  "EADDRNOTAVAIL",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);
// nodejs.org/api/tls.html, "X509 certificate error codes" (checked 2026-11-22), and what a handshake that fails says.
const safety =
  /^(CERT_|CRL_|ERR_TLS_|ERR_SSL_|EPROTO$|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_)/;

/**
 * Where an exchange failed, by what it threw. One that ran out of time tells nothing by itself: the steps are then tried one
 * by one, for a second altogether.
 */
export async function stageOf(error: unknown, { hostname, port, protocol }: URL): Promise<NetworkStage> {
  const codes = codesOf(error);
  const of = (fits: (code: string) => boolean) => codes.find(fits);
  const name = of((code) => names.has(code));
  if (name !== undefined) return { stage: "dns", code: name };
  const unsafe = of((code) => safety.test(code));
  if (unsafe !== undefined) return { stage: "tls", code: unsafe };
  const refused = of((code) => connections.has(code));
  if (refused !== undefined) return { stage: "tcp", code: refused };
  if (codes.length > 0) return { stage: "http", code: codes[0] };
  const host = hostname.replace(/^\[|\]$/g, "");
  const wanted = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  return { stage: await firstSilent(host, wanted), code: "ETIMEDOUT" };
}

async function firstSilent(host: string, port: number): Promise<NetworkStage["stage"]> {
  let known = false;
  const enough = new Promise<false>((resolve) => setTimeout(() => resolve(false), 1_000).unref());
  const connected = lookup(host)
    .then(async ({ address }) => {
      known = true;
      return await takesConnections(address, port);
    })
    .catch(() => false);
  if (await Promise.race([connected, enough])) return "http";
  return known ? "tcp" : "dns";
}

function takesConnections(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** Codes of the error and of what caused it, of several that were tried the first ones. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== "object" || error === null || depth > 4) return [];
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const own = typeof code === "string" && /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? [code] : [];
  const inner = Array.isArray(errors) ? errors.flatMap((one) => codesOf(one, depth + 1)) : [];
  return [...own, ...inner, ...codesOf(cause, depth + 1)];
}

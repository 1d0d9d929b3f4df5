/** How a connection ended, by the system's code such as ECONNREFUSED. */
export interface NetworkFault {
  /** Short and safe to show; absent: nobody knows. */
  code?: string | undefined;
  /** Surely nothing was sent. */
  unsent: boolean;
  /** The other side could not prove who it is. */
  untrusted: boolean;
}

const unsent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

// nodejs.org/api/tls.html, "X509 certificate error codes", checked 2026-11-22.
const untrusted =
  /^(CERT_|CRL_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA)/;

/** What the code of an error, or of what caused it, says. */
export function networkFault(error: unknown): NetworkFault {
  const code = codesOf(error).find((one) => unsent.has(one) || untrusted.test(one)) ?? codesOf(error)[0];
  if (code === undefined) return { unsent: false, untrusted: false };
  return { code, unsent: unsent.has(code) || untrusted.test(code), untrusted: untrusted.test(code) };
}

/** Codes of the error, as far as they are codes: nothing else of it is safe to repeat. */
function codesOf(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const { code, originalCode, cause } = error as { code?: unknown; originalCode?: unknown; cause?: unknown };
  const own = [originalCode, code].filter(
    (one): one is string => typeof one === "string" && /^[A-Z][A-Z0-9_]{2,50}$/.test(one),
  );
  return [...own, ...codesOf(cause)];
}

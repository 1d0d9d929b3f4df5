import { AppError } from "../../core/errors.ts";

/** Faults that were of the connection, or of two transactions in each other's way. */
const passing = new WeakSet<AppError>();

/**
 * What a database driver threw, as store_unavailable. Nothing of the driver's own words is kept: they can hold the
 * user, the address, or data.
 */
export function faultOf(error: unknown): AppError {
  const code = codeOf(error);
  const fault = new AppError("store_unavailable", `Cannot use Postgres (${code}): ${adviceOn(code)}`);
  if (isPassing(code)) passing.add(fault);
  return fault;
}

/** Whether the same may work a moment later. */
export function mayPass(error: unknown): boolean {
  return error instanceof AppError && passing.has(error);
}

const lost = "connection lost";
const refused = "sign-in refused";
const unreadable = "address";
const untrusted = "TLS";

/** An SQLSTATE, a code of the system, or one of the words above. */
function codeOf(error: unknown): string {
  if (error instanceof URIError) return unreadable;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === "ERR_INVALID_URL") return unreadable;
  if (typeof code === "string") return /CERT|SSL|TLS/.test(code) ? untrusted : code;
  // The driver's own errors have words only.
  if (/SASL|password/.test(String(message))) return refused;
  return /SSL/.test(String(message)) ? untrusted : lost;
}

/**
 * SQLSTATE 08 connection, 40 transaction rolled back, 53300 too many connections, 57P shutdown and 25P03 a session that
 * the server ended, 25006 a standby (https://www.postgresql.org/docs/current/errcodes-appendix.html, 2026-11-22).
 */
function isPassing(code: string): boolean {
  return code === lost || code === "53300" || /^(08|40|57P|25P03|25006|E(?!RR_))/.test(code);
}

function adviceOn(code: string): string {
  const known = advice[code];
  if (known !== undefined) return known;
  if (isPassing(code)) return "check that it runs and can be reached from here. Trying again is safe.";
  return "it did not do what was asked. Its own log says more.";
}

const noEntry = "the user or the password in storage.url is not accepted. Put them right.";
const noRight =
  "the user in storage.url may not do this. Let it create tables in the schema, or own quotabot's tables.";
const noHost = "the host in storage.url is not known. Put it right.";

const advice: Readonly<Record<string, string>> = {
  [refused]: noEntry,
  "28P01": noEntry,
  "28000": noEntry,
  "3D000": "there is no database of the name in storage.url. Create it, or name another one.",
  "42501": noRight,
  "3F000": noRight,
  "53100": "its disk is full. Free some space.",
  "53300": "it has too many connections. Allow more, or close others.",
  "25006": "it can only be read now, as a standby can. Name the primary in storage.url.",
  ENOTFOUND: noHost,
  EAI_AGAIN: noHost,
  [unreadable]: "storage.url cannot be read. Write special characters as a URL does, such as %23 for #.",
  [untrusted]: "it cannot be reached over TLS in the way that sslmode in storage.url demands.",
};

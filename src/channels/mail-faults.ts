import { networkFault } from "./network-faults.ts";

/** Why a message was not taken: for good, or only now. */
export type MailFault =
  | {
      kind: "sign-in" | "address" | "message";
      permanent: true;
      /** Absent: the library saw it before the server. */
      status?: number | undefined;
    }
  | { kind: "certificate" | "unprotected"; permanent: true }
  | {
      kind: "passing";
      permanent: false;
      /** The server's own status, or a code of the system. */
      code?: string | undefined;
      /** The whole message may have arrived. */
      unsure: boolean;
    };

/**
 * What an error of the mail library means. Of what the server said only the status is kept.
 *
 * @param sent.begun the server has asked for the text of the message
 * @param sent.late it took too long
 */
export function mailFault(error: unknown, sent: { begun: boolean; late: boolean }): MailFault {
  const { code, responseCode, command } = (error ?? {}) as Partial<Record<string, unknown>>;
  const status = typeof responseCode === "number" ? responseCode : undefined;
  if (code === "ETLS" && command === "STARTTLS" && status !== undefined && status >= 500)
    return { kind: "unprotected", permanent: true };
  const kind = kinds[String(code)];
  if (status === undefined ? kind !== undefined : status >= 500)
    return { kind: kind ?? "message", permanent: true, status };
  if (status !== undefined) return { kind: "passing", permanent: false, code: String(status), unsure: false };
  const network = networkFault(error);
  if (network.untrusted) return { kind: "certificate", permanent: true };
  const reason = sent.late ? "ETIMEDOUT" : network.code;
  return { kind: "passing", permanent: false, code: reason, unsure: sent.begun };
}

// Codes of nodemailer 10 (its errors.js, checked 2026-11-22).
const kinds: Readonly<Record<string, "sign-in" | "address" | "message">> = {
  EAUTH: "sign-in",
  EENVELOPE: "address",
  EMESSAGE: "message",
};

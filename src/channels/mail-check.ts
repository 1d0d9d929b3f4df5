import { createTransport } from "nodemailer";
import type { Finding } from "../core/messages/doctor.ts";
import { readMailAddress } from "./mail-address.ts";
import { type MailFault, mailFault } from "./mail-faults.ts";

/**
 * Whether the mail server lets the bot in: connects, makes it safe, signs in and leaves again; nothing is sent. Never rejects.
 * @param options.url as configured, with user and password in it
 */
export async function examineMail(options: {
  url: string;
  timeout: number;
  /** Certificates to trust instead of the usual authorities. */
  ca?: string | undefined;
}): Promise<readonly Finding[]> {
  const { timeout, ca } = options;
  const address = readMailAddress(options.url);
  const waits = {
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    dnsTimeout: timeout,
    socketTimeout: timeout,
  };
  const transport = createTransport({ ...address, ...waits, tls: ca === undefined ? undefined : { ca } });
  const named = { check: "mail", name: "E-mail" } as const;
  try {
    await transport.verify();
    const signedIn = address.auth === undefined ? "takes connections" : "lets the bot in";
    return [{ ...named, level: "ok", message: `${address.host} ${signedIn}` }];
  } catch (error) {
    return [
      { ...named, level: "problem", ...told(mailFault(error, { begun: false, late: false }), address.host) },
    ];
  } finally {
    transport.close();
  }
}

function told(fault: MailFault, host: string): { message: string; todo: string } {
  const status = "status" in fault && fault.status !== undefined ? ` (${fault.status})` : "";
  switch (fault.kind) {
    case "sign-in":
      return {
        message: `${host} does not accept the user and the password${status}`,
        todo: "Correct `email.url`.",
      };
    case "certificate":
      return {
        message: `the certificate of ${host} is not trusted`,
        todo: "Put it right there, or name its authority in NODE_EXTRA_CA_CERTS.",
      };
    case "unprotected":
      return {
        message: `${host} does not offer STARTTLS, so nothing is sent to it`,
        todo: "Use smtps:// in `email.url`, or add ?requireTLS=false if it may go unprotected.",
      };
    case "passing":
      return {
        message: `${host} was not reached${fault.code === undefined ? "" : ` (${fault.code})`}`,
        todo: "Check host and port in `email.url`, and that a firewall lets this machine out to it.",
      };
    default:
      return {
        message: `${host} does not let the bot in${status}`,
        todo: "Its log may tell why; check `email.url`.",
      };
  }
}

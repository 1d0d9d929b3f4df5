import type { Readable } from "node:stream";
import { createTransport, type SendMailOptions } from "nodemailer";
import { readMailAddress } from "./mail-address.ts";
import { type MailFault, mailFault } from "./mail-faults.ts";

/** A mail server that takes messages. */
export interface MailServer {
  /** Its host, for messages. */
  host: string;
  /** Resolves with undefined when the server has taken the message, else with why it has not. */
  send(mail: SendMailOptions): Promise<MailFault | undefined>;
  /** Closes connections; those that are sending end first. */
  close(): void;
}

export interface MailServerOptions {
  /** smtp:// or smtps://, with user and password in it; see `readMailAddress`. */
  url: string;
  /** Certificates to trust instead of the usual authorities. */
  ca?: string | undefined;
  /** Milliseconds for a whole message; 15 s unless told otherwise. */
  timeout?: number | undefined;
}

type Sending = SendMailOptions & { signal: AbortSignal; onBody(body: Readable): void };

/** A mail server reached over SMTP, with a few connections that are kept for the next message. */
export function createMailServer({ url, ca, timeout = 15_000 }: MailServerOptions): MailServer {
  const address = readMailAddress(url);
  const step = Math.min(timeout, 10_000);
  const options = {
    ...address,
    pool: true as const,
    maxConnections: 2,
    // Only what was not begun, on a connection that the server had closed meanwhile.
    maxRequeues: 1,
    connectionTimeout: step,
    greetingTimeout: step,
    dnsTimeout: step,
    socketTimeout: step,
    idleTimeout: 5_000,
    tls: ca === undefined ? undefined : { ca },
    // A message is made of text alone, whatever stands in it.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const transport = createTransport(options);
  // How far a message got is told by whether its text was asked for, which comes after everything else.
  transport.use("stream", ({ message, data }, done) => {
    const open = message.createReadStream.bind(message);
    message.createReadStream = (options) => {
      const body = open(options);
      (data as Sending).onBody(body);
      return body;
    };
    done();
  });
  return {
    host: address.host,
    async send(mail) {
      const signal = AbortSignal.timeout(timeout);
      let body: Readable | undefined;
      const sending: Sending = {
        ...mail,
        signal,
        onBody(opened) {
          body = opened;
        },
      };
      try {
        await transport.sendMail(sending);
        return undefined;
      } catch (error) {
        return mailFault(error, { begun: body?.readableDidRead ?? false, late: signal.aborted });
      }
    },
    close: () => transport.close(),
  };
}

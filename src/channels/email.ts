import type { Message, MessageFile } from "../core/domain/message.ts";
import { AppError } from "../core/errors.ts";
import type { Channel, Clock, PostOptions } from "../core/ports.ts";
import { deliveryId, shortHash } from "./delivery-id.ts";
import { htmlPage } from "./html.ts";
import type { MailFault } from "./mail-faults.ts";
import type { MailServer } from "./mail-server.ts";
import { harmless } from "./parts.ts";
import { plainBody } from "./plain.ts";

export interface EmailOptions {
  /** "email:boss". */
  id: string;
  to: string;
  from: string;
  server: Pick<MailServer, "host" | "send">;
  clock: Clock;
  /** Zone of the times of day in the text. */
  timezone: string;
}

/** Mail programs show less of a subject. */
const longestSubject = 200;

/**
 * Sends messages to one person or list, as plain text and HTML. `post` tells the Message-ID, which is the same for every
 * try: mail programs show a repeat once, so posting again is safe.
 */
export function createEmail(options: EmailOptions): Channel {
  const { id, to, from, server, clock, timezone } = options;
  const domain = from.slice(from.lastIndexOf("@") + 1);

  async function post(message: Message, about: PostOptions = {}): Promise<string> {
    const now = clock.now();
    const place = { now, timezone };
    const delivery = deliveryId(about);
    // The key may be that of another channel's message as well.
    const messageId = `<quotabot.${delivery}.${shortHash(id)}@${domain}>`;
    const note = `From quotabot. Times of day are those of ${timezone}.`;
    const fault = await server.send({
      from: { name: "quotabot", address: from },
      to: { name: "", address: to },
      subject: [...`[quotabot] ${harmless(message.title).trim()}`].slice(0, longestSubject).join(""),
      date: new Date(now),
      messageId,
      headers: { "Auto-Submitted": "auto-generated" },
      text: `${plainBody(message, place)}\n\n-- \n${note}\n`,
      html: htmlPage(message, place, note),
      ...(message.file === undefined ? {} : { attachments: [attachmentOf(message.file)] }),
    });
    if (fault !== undefined) throw errorOf(fault, id, server.host);
    return messageId;
  }

  return { id, post, find: async () => undefined };
}

function attachmentOf({ name, mediaType, content }: MessageFile) {
  const body = typeof content === "string" ? content : Buffer.from(content);
  return { filename: harmless(name), contentType: harmless(mediaType), content: body };
}

function errorOf(fault: MailFault, id: string, host: string): AppError {
  const server = `The mail server ${host}`;
  if (!fault.permanent) {
    const reason = fault.code === undefined ? "" : ` (${fault.code})`;
    return new AppError("delivery_failed", `${server} did not take the message to ${id}${reason}.`, {
      unsure: fault.unsure ? true : undefined,
    });
  }
  const status = "status" in fault && fault.status !== undefined ? ` (${fault.status})` : "";
  const messages: Readonly<Record<typeof fault.kind, string>> = {
    "sign-in": `${server} does not accept the user and the password${status}: correct \`email.url\`.`,
    address: `${server} does not deliver to ${id}${status}: check its address and \`email.from\`, and whether the server wants a user and a password.`,
    message: `${server} does not take the message to ${id}${status}: its log may tell why.`,
    certificate: `The certificate of the mail server ${host} is not trusted: put it right there, or name its authority in NODE_EXTRA_CA_CERTS and restart.`,
    unprotected: `${server} does not offer STARTTLS, so nothing is sent to it: use smtps:// in \`email.url\`, or add ?requireTLS=false if it may go unprotected.`,
  };
  return new AppError("delivery_refused", messages[fault.kind]);
}

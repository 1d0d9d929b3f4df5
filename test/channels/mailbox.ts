import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";
import { certificate, key } from "./receiver.ts";

export interface Mail {
  from: string | undefined;
  to: string[];
  /** Whether it came over TLS. */
  protected: boolean;
  user: string | undefined;
  /** As sent, with CRLF. */
  source: string;
}

/** A real SMTP server that keeps what it gets. */
export async function createMailbox(options: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    key,
    cert: certificate,
    authOptional: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (username === "bot" && password === "p@ss word") done(null, { user: username });
      else done(Object.assign(new Error("Invalid hush-user or hush-password"), { responseCode: 535 }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : undefined,
          to: rcptTo.map(({ address }) => address),
          protected: session.secure,
          user: session.user,
          source: Buffer.concat(chunks).toString("utf8"),
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  return { mails, port, address: `127.0.0.1:${port}` };
}

/** An error that the server answers with this status. */
export function refusal(responseCode: number, message = "hush-details of the server"): Error {
  return Object.assign(new Error(message), { responseCode });
}

export interface ReadMail {
  /** By name in small letters, unfolded. */
  headers: Map<string, string>;
  /** Decoded texts by content type, attachments by file name. */
  parts: Map<string, string>;
}

/** Reads a message of text, HTML and attachments, as mail programs would. */
export function readMail(source: string): ReadMail {
  const { headers, body } = split(source);
  const parts = new Map<string, string>();
  collect(headers, body, parts);
  return { headers, parts };
}

function split(source: string): { headers: Map<string, string>; body: string } {
  const end = source.indexOf("\r\n\r\n");
  const lines = source
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())] as const;
    }),
  );
  if (headers.size !== lines.length) throw new Error("a header stands there twice");
  return { headers, body: source.slice(end + 4) };
}

function collect(headers: Map<string, string>, body: string, parts: Map<string, string>): void {
  const type = headers.get("content-type") ?? "";
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  if (boundary === undefined) {
    const name = /filename="?([^";]+)/.exec(headers.get("content-disposition") ?? "")?.[1];
    parts.set(name ?? type.split(";")[0] ?? "", decodeBody(body, headers.get("content-transfer-encoding")));
    return;
  }
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const inner = split(part.replace(/^\r\n/, "").replace(/\r\n$/, ""));
    collect(inner.headers, inner.body, parts);
  }
}

function decodeBody(body: string, encoding = "7bit"): string {
  const bytes =
    encoding === "base64"
      ? Buffer.from(body, "base64")
      : encoding === "quoted-printable"
        ? unquoted(body.replace(/=\r\n/g, ""))
        : Buffer.from(body);
  return bytes.toString("utf8").replaceAll("\r\n", "\n");
}

function unquoted(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1");
}

/** RFC 2047: =?UTF-8?Q?...?= and =?UTF-8?B?...?=, neighbours joined. */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toUpperCase() === "B"
        ? Buffer.from(word, "base64").toString("utf8")
        : unquoted(word.replaceAll("_", " ")).toString("utf8"),
    );
}

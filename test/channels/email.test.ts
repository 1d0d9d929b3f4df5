import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEmail, type EmailOptions } from "../../src/channels/email.ts";
import { readMailAddress } from "../../src/channels/mail-address.ts";
import { createMailServer, type MailServerOptions } from "../../src/channels/mail-server.ts";
import type { Message } from "../../src/core/domain/message.ts";
import type { AppError } from "../../src/core/errors.ts";
import { createManualClock } from "../fakes/core.ts";
import { createMailbox, readMail, refusal } from "./mailbox.ts";
import { everything, low, plain } from "./messages.ts";
import { certificate } from "./receiver.ts";

type Options = Partial<MailServerOptions & Omit<EmailOptions, "server">>;

function email(url: string, { ca, timeout, ...rest }: Options = {}) {
  const server = createMailServer({ url, ca, timeout });
  onTestFinished(() => server.close());
  const about = { id: "email:boss", to: "boss@example.org", from: "quotabot@example.org" };
  return createEmail({ ...about, server, clock: createManualClock(), timezone: "Asia/Tokyo", ...rest });
}

async function failure(url: string, options: Options = {}): Promise<AppError> {
  return await email(url, options)
    .post(plain, { key: "k.0" })
    .then(
      () => expect.fail("it was taken"),
      (error: AppError) => error,
    );
}

describe("an e-mail", () => {
  it("comes from the bot to the person, with text and HTML", async () => {
    const box = await createMailbox();
    await email(`smtp://${box.address}`).post(everything);
    const [mail] = box.mails;
    expect(mail).toMatchObject({ from: "quotabot@example.org", to: ["boss@example.org"] });
    const { headers, parts } = readMail(mail?.source ?? "");
    expect(Object.fromEntries(headers)).toMatchObject({
      from: "quotabot <quotabot@example.org>",
      to: "boss@example.org",
      subject: "[quotabot] 3 alerts",
      "auto-submitted": "auto-generated",
      date: "Sun, 22 Nov 2026 03:00:00 +0000",
    });
    expect([...parts.keys()]).toEqual(["text/plain", "text/html"]);
    await expect(parts.get("text/plain")).toMatchFileSnapshot("snapshots/email.txt");
    await expect(parts.get("text/html")).toMatchFileSnapshot("snapshots/email.html");
  });

  it("has the same Message-ID for every try to tell the same, and another one for the news", async () => {
    const box = await createMailbox();
    const boss = email(`smtp://${box.address}`);
    const other = email(`smtp://${box.address}`, { id: "email:other" });
    const about = { key: "3fk2.0", events: [low()] };
    const places = [
      await boss.post(plain, about),
      await boss.post(plain, about),
      await other.post(plain, about),
      await boss.post(plain, { ...about, events: [low({ threshold: 100 })] }),
    ];
    expect(box.mails.map(({ source }) => readMail(source).headers.get("message-id"))).toEqual(places);
    expect(places[0]).toMatch(/^<quotabot\.3fk2\.0-[0-9a-f]{12}\.[0-9a-f]{12}@example\.org>$/);
    expect(new Set(places).size).toBe(3);
    expect(places[1]).toBe(places[0]);
    expect(await boss.find?.("3fk2.0")).toBeUndefined();
  });

  it("carries a file", async () => {
    const box = await createMailbox();
    const file = { name: "usage.csv", mediaType: "text/csv", content: "day,cost\r\n2026-11-22,€1\r\n" };
    await email(`smtp://${box.address}`).post({ ...plain, file });
    const { parts } = readMail(box.mails[0]?.source ?? "");
    expect(parts.get("usage.csv")).toBe("day,cost\n2026-11-22,€1\n");
  });

  it("several go over one connection", async () => {
    let connections = 0;
    const box = await createMailbox({
      onConnect(_session, done) {
        connections += 1;
        done();
      },
    });
    const channel = email(`smtp://${box.address}`);
    for (let count = 0; count < 3; count += 1) await channel.post(plain);
    expect(box.mails).toHaveLength(3);
    expect(connections).toBe(1);
  });
});

describe("names that others choose", () => {
  const evil = 'x\r\nBcc: all@example.org\r\n\r\n<img src="http://evil.test/a">&amp;\u202e\u0000';
  const message: Message = {
    title: evil,
    tone: "warning",
    blocks: [
      { type: "text", text: [evil, { strong: evil }, { code: evil }, { person: evil }] },
      { type: "text", text: { link: 'javascript:alert("x")', label: evil } },
      { type: "text", text: { link: 'https://a.test/"><script>', label: "page" } },
      { type: "facts", facts: [{ label: evil, value: evil }] },
      {
        type: "bars",
        bars: [{ mark: "low", label: evil, detail: evil, value: evil, note: evil, window: evil }],
      },
      { type: "table", columns: [{ title: evil }], rows: [[evil]] },
    ],
    footer: evil,
    file: { name: `../${evil}.csv`, mediaType: "text/csv", content: "a" },
  };

  it("cannot add a header, a recipient or markup", async () => {
    const box = await createMailbox();
    await email(`smtp://${box.address}`).post(message, { key: "k\r\nX-Evil: 1" });
    expect(box.mails[0]?.to).toEqual(["boss@example.org"]);
    const { headers, parts } = readMail(box.mails[0]?.source ?? "");
    expect([...headers.keys()].sort()).toEqual(
      [
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
      ].sort(),
    );
    expect(headers.get("subject")).toBe(
      '[quotabot] x Bcc: all@example.org <img src="http://evil.test/a">&amp;',
    );
    const html = parts.get("text/html") ?? "";
    expect(html).toContain("&lt;img src=&quot;http://evil.test/a&quot;&gt;&amp;amp;");
    expect(html).not.toMatch(/<img|<script|javascript:/);
    const text = parts.get("text/plain") ?? "";
    expect(text.split("\n").filter((line) => line.startsWith("Bcc"))).toEqual([]);
    for (const mark of ["\u202e", "\u0000"]) expect(text + html).not.toContain(mark);
  });

  it("cannot make a subject endless", async () => {
    const box = await createMailbox();
    await email(`smtp://${box.address}`).post({ ...plain, title: "😀".repeat(5000) });
    const subject = readMail(box.mails[0]?.source ?? "").headers.get("subject") ?? "";
    expect([...subject]).toHaveLength(200);
    expect(subject).toMatch(/^\[quotabot\] (😀)+$/u);
  });
});

describe("a mail server", () => {
  it("is signed in to over STARTTLS", async () => {
    const box = await createMailbox({ authOptional: false });
    await email(`smtp://bot:p%40ss%20word@${box.address}?requireTLS=true`, { ca: certificate }).post(plain);
    expect(box.mails).toMatchObject([{ protected: true, user: "bot" }]);
  });

  it("is signed in to over TLS from the first byte on", async () => {
    const box = await createMailbox({ authOptional: false, secure: true });
    await email(`smtps://bot:p%40ss%20word@${box.address}`, { ca: certificate }).post(plain);
    expect(box.mails).toMatchObject([{ protected: true, user: "bot" }]);
  });

  it("on this machine needs no protection", async () => {
    const box = await createMailbox();
    await email(`smtp://${box.address}`).post(plain);
    expect(box.mails).toMatchObject([{ protected: false }]);
  });

  it.each([
    ["smtp://mail.example.org", { requireTLS: true, ignoreTLS: false, secure: false }],
    ["smtp://mail.example.org?requireTLS=false", { requireTLS: false, ignoreTLS: false }],
    ["smtp://mail.example.org?ignoreTLS=true", { requireTLS: false, ignoreTLS: true }],
    ["smtp://mail.example.org?ignoreTLS=false", { requireTLS: true, ignoreTLS: false }],
    ["smtps://mail.example.org", { requireTLS: false, ignoreTLS: false, secure: true }],
    ["smtp://localhost", { requireTLS: false, ignoreTLS: true }],
    ["smtp://localhost?requireTLS=true", { requireTLS: true, ignoreTLS: false }],
    ["smtp://[::1]:2525", { host: "::1", port: 2525, ignoreTLS: true }],
    ["smtp://127.0.0.1.example.org", { requireTLS: true }],
    ["smtp://a%40b:c%3Ad@mail.example.org", { auth: { user: "a@b", pass: "c:d" } }],
  ])("at %s is asked for the protection that this says", (url, wanted) => {
    expect(readMailAddress(url)).toMatchObject(wanted);
  });

  it("gets nothing when it offers no protection", async () => {
    const box = await createMailbox({ disabledCommands: ["STARTTLS"] });
    const error = await failure(`smtp://bot:hush@${box.address}?requireTLS=true`);
    expect(error.code).toBe("delivery_refused");
    expect(error.message).toBe(
      "The mail server 127.0.0.1 does not offer STARTTLS, so nothing is sent to it: use smtps:// in `email.url`, or add ?requireTLS=false if it may go unprotected.",
    );
    expect(box.mails).toEqual([]);
  });

  it.each(["smtp://bot:hush@HOST?requireTLS=true", "smtp://HOST?requireTLS=false", "smtps://HOST"])(
    "at %s gets nothing when it cannot prove who it is",
    async (url) => {
      const box = await createMailbox({ secure: url.startsWith("smtps") });
      const error = await failure(url.replace("HOST", box.address));
      expect(error.code).toBe("delivery_refused");
      expect(error.message).toMatch(/^The certificate of the mail server 127\.0\.0\.1 is not trusted: /);
      expect(box.mails).toEqual([]);
    },
  );
});

describe("what a mail server does not take", () => {
  it("is refused when it does not accept the password, which is not told", async () => {
    const box = await createMailbox({ authOptional: false });
    const error = await failure(`smtp://hush-user:hush-password@${box.address}?requireTLS=true`, {
      ca: certificate,
    });
    expect(error).toMatchObject({
      code: "delivery_refused",
      message:
        "The mail server 127.0.0.1 does not accept the user and the password (535): correct `email.url`.",
    });
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain("hush");
  });

  it("is refused when the password is missing", async () => {
    const box = await createMailbox();
    const error = await failure(`smtp://bot@${box.address}?requireTLS=true`, { ca: certificate });
    expect(error).toMatchObject({ code: "delivery_refused" });
    expect(error.message).toContain("does not accept the user and the password: correct");
  });

  it("is tried again when signing in fails only now", async () => {
    const box = await createMailbox({
      onAuth: (_auth, _session, done) => done(refusal(454)),
    });
    const error = await failure(`smtp://bot:hush@${box.address}?requireTLS=true`, { ca: certificate });
    expect(error).toMatchObject({ code: "delivery_failed", details: {} });
    expect(error.message).toBe("The mail server 127.0.0.1 did not take the message to email:boss (454).");
  });

  it.each([
    [550, "delivery_refused"],
    [530, "delivery_refused"],
    [450, "delivery_failed"],
    [421, "delivery_failed"],
  ])("for its recipient with %d is %s", async (status, code) => {
    const box = await createMailbox({ onRcptTo: (_address, _session, done) => done(refusal(status)) });
    const error = await failure(`smtp://${box.address}`);
    expect(error.code).toBe(code);
    expect(error.details.unsure).toBeUndefined();
    expect(error.message).toContain(`(${status})`);
    expect(error.message).toContain("email:boss");
    expect(error.message).not.toContain("hush");
  });

  it.each([
    [552, "delivery_refused"],
    [554, "delivery_refused"],
    [452, "delivery_failed"],
  ])("for what it says with %d is %s, and surely has not arrived", async (status, code) => {
    const box = await createMailbox({
      onData(stream, _session, done) {
        stream.resume().on("end", () => done(refusal(status)));
      },
    });
    const error = await failure(`smtp://${box.address}`);
    expect(error.code).toBe(code);
    expect(error.details.unsure).toBeUndefined();
  });

  it.each([421, 554])("from its first word on with %d is told so", async (status) => {
    const box = await createMailbox({ onConnect: (_session, done) => done(refusal(status)) });
    const error = await failure(`smtp://${box.address}`);
    expect(error.code).toBe(status === 421 ? "delivery_failed" : "delivery_refused");
  });

  it("is taken at the next try: one refused recipient does not spoil the connection", async () => {
    let refuse = true;
    const box = await createMailbox({
      onRcptTo: (_address, _session, done) => (refuse ? done(refusal(450)) : done()),
    });
    const channel = email(`smtp://${box.address}`);
    await expect(channel.post(plain)).rejects.toMatchObject({ code: "delivery_failed" });
    refuse = false;
    await channel.post(plain);
    expect(box.mails).toHaveLength(1);
  });
});

describe("a mail server that falls silent", () => {
  it("has surely taken nothing when nobody is there", async () => {
    const error = await failure("smtp://127.0.0.1:1");
    expect(error).toMatchObject({ code: "delivery_failed", details: {} });
    expect(error.message).toBe(
      "The mail server 127.0.0.1 did not take the message to email:boss (ECONNREFUSED).",
    );
  });

  it("may have taken the message when the connection is cut after it", async () => {
    const box = await createCutServer("after the message");
    expect(await failure(box)).toMatchObject({ code: "delivery_failed", details: { unsure: true } });
  });

  it("has surely not taken it when the connection is cut before", async () => {
    const box = await createCutServer("after the recipient");
    const error = await failure(box);
    expect(error).toMatchObject({ code: "delivery_failed" });
    expect(error.details.unsure).toBeUndefined();
  });

  it("may have taken it when it does not say so in time", async () => {
    const box = await createMailbox({ onData: (stream) => void stream.resume() });
    const error = await failure(`smtp://${box.address}`, { timeout: 300 });
    expect(error).toMatchObject({ code: "delivery_failed", details: { unsure: true } });
    expect(error.message).toContain("(ETIMEDOUT)");
  });

  it("has surely not taken it when it does not even greet in time", async () => {
    const box = await createCutServer("never");
    const error = await failure(box, { timeout: 300 });
    expect(error.code).toBe("delivery_failed");
    expect(error.details.unsure).toBeUndefined();
  });
});

/** A server that speaks just enough SMTP to hang up at the right moment, or says nothing at all. */
async function createCutServer(when: "after the message" | "after the recipient" | "never"): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    if (when === "never") return;
    let inMessage = false;
    socket.write("220 cut.test\r\n");
    socket.on("data", (chunk) => {
      const said = chunk.toString();
      if (inMessage) {
        if (said.endsWith("\r\n.\r\n")) socket.destroy();
      } else if (said.startsWith("RCPT") && when === "after the recipient") socket.destroy();
      else if (said.startsWith("DATA")) {
        inMessage = true;
        socket.write("354 go on\r\n");
      } else socket.write("250 fine\r\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

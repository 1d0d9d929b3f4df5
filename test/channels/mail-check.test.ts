import { describe, expect, it } from "vitest";
import { examineMail } from "../../src/channels/mail-check.ts";
import { createMailbox } from "./mailbox.ts";
import { certificate } from "./receiver.ts";

async function look(url: string, ca?: string) {
  const [finding] = await examineMail({ url, timeout: 3_000, ca });
  return { ...finding, line: `${finding?.level} ${finding?.message}` };
}

describe("the doctor at the mail server", () => {
  it("signs in and leaves again, and sends nothing", async () => {
    const { address, mails } = await createMailbox({ allowInsecureAuth: true });
    const { line } = await look(`smtp://bot:p%40ss%20word@${address}?ignoreTLS=true`);
    expect([line, mails]).toEqual(["ok 127.0.0.1 lets the bot in", []]);
  });

  it("says that user and password are not accepted, and neither of them", async () => {
    const { address } = await createMailbox({ allowInsecureAuth: true });
    const found = await look(`smtp://bot:hush-wrong@${address}`);
    expect(found.line).toBe("problem 127.0.0.1 does not accept the user and the password (535)");
    expect(JSON.stringify(found)).not.toContain("hush");
  });

  it("tells a certificate that is not trusted from one that is", async () => {
    const { address } = await createMailbox({ secure: true });
    const url = `smtps://${address.replace("127.0.0.1", "localhost")}`;
    expect((await look(url)).line).toBe("problem the certificate of localhost is not trusted");
    expect((await look(url, certificate)).line).toBe("ok localhost takes connections");
  });

  it("says so when nobody is there", async () => {
    expect((await look("smtp://127.0.0.1:1")).line).toBe("problem 127.0.0.1 was not reached (ECONNREFUSED)");
  });
});

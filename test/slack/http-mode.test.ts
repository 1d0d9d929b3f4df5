import { describe, expect, it } from "vitest";
import { createSlack } from "../../src/slack/app.ts";
import { freePort } from "../fakes/free-port.ts";
import { sign } from "../fakes/slack/signed.ts";
import { commandsOf, recordingLog, titled } from "../fakes/slack/stubs.ts";
import { answering, setUp } from "./setup.ts";

const secret = "s3cret";

async function post(url: string, body: string, headers: Record<string, string>): Promise<Response> {
  return await fetch(url, { method: "POST", body, headers });
}

/** A bot in HTTP mode whose address the test knows. */
async function listening() {
  const port = await freePort();
  const slack = createSlack({
    config: { token: "xoxb-x", signingSecret: secret, port, apiUrl: "http://127.0.0.1:9/api/" },
    commands: commandsOf(answering(titled("Quota"))),
    isAdmin: () => false,
    clock: { now: () => Date.now() },
    log: recordingLog(),
    timezone: "UTC",
  });
  await slack.start();
  return { slack, port, url: `http://127.0.0.1:${port}/slack/events` };
}

const form = { "content-type": "application/x-www-form-urlencoded" };
const command = new URLSearchParams({
  command: "/quota",
  text: "",
  user_id: "U1",
  response_url: "x",
}).toString();

describe("HTTP mode", () => {
  it("refuses a wrong signature, no signature, and one of more than five minutes ago", async () => {
    const { slack, url } = await listening();
    const old = sign(command, secret, Date.now() - 6 * 60_000);
    for (const headers of [{}, sign(command, "wrong"), sign("other", secret), old])
      expect((await post(url, command, { ...form, ...headers })).status).toBe(401);
    expect((await post(url, command, { ...form, ...sign(command, secret) })).status).toBe(200);
    await slack.stop();
  });

  it("answers Slack's own checks", async () => {
    const { slack, url } = await listening();
    const challenge = JSON.stringify({ type: "url_verification", challenge: "c1" });
    const verified = await post(url, challenge, {
      "content-type": "application/json",
      ...sign(challenge, secret),
    });
    expect(await verified.json()).toEqual({ challenge: "c1" });
    expect((await post(url, "ssl_check=1&token=x", form)).status).toBe(200);
    await slack.stop();
  });

  it("listens on this machine only, and nowhere else than at /slack/events", async () => {
    const { slack, port } = await listening();
    expect((await post(`http://127.0.0.1:${port}/`, "", {})).status).toBe(404);
    await expect(fetch(`http://[::1]:${port}/slack/events`)).rejects.toThrow();
    await slack.stop();
  });

  it("says so when the port is taken", async () => {
    const { slack, port } = await listening();
    const second = createSlack({
      config: { token: "xoxb-x", signingSecret: secret, port, apiUrl: "http://127.0.0.1:9/api/" },
      commands: commandsOf(answering()),
      isAdmin: () => false,
      clock: { now: () => Date.now() },
      log: recordingLog(),
      timezone: "UTC",
    });
    await expect(second.start()).rejects.toMatchObject({ code: "config_invalid" });
    await second.stop();
    await slack.stop();
  });

  it("takes no new requests once it stops", async () => {
    const { fake, slack } = await setUp({ mode: "http", answer: answering(titled("Quota")) });
    await fake.slash("");
    await slack.stop();
    await expect(fake.slash("")).rejects.toThrow();
  });
});

describe("a configuration without a way in", () => {
  it("is refused", () => {
    const create = () =>
      createSlack({
        config: { token: "xoxb-x" },
        commands: commandsOf(answering()),
        isAdmin: () => false,
        clock: { now: () => 0 },
        log: recordingLog(),
        timezone: "UTC",
      });
    expect(create).toThrow(/appToken/);
  });
});

import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { askHost } from "../../src/doctor/hosts.ts";
import { clockFinding, hostFindings, webhookFinding } from "../../src/doctor/reachability.ts";
import { certificate, key } from "../channels/receiver.ts";
import { createManualClock, start } from "../fakes/core.ts";
import { startProviderServer } from "../fakes/provider-server.ts";

async function ask(origin: string, timeout = 3_000) {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const { signal } = new AbortController();
  return await askHost(origin, { dispatcher, clock: createManualClock(), signal, timeout });
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A provider that answers with this date. */
async function dated(date: number) {
  const server = await startProviderServer();
  onTestFinished(() => server.close());
  server.answer(() => ({ status: 403, headers: { date: new Date(date).toUTCString() } }));
  return server;
}

describe("asking a host", () => {
  it("takes any answer for one, and asks for nothing but headers, without a credential", async () => {
    const server = await dated(start);
    expect(await ask(server.url)).toEqual({ reached: true, ahead: 0 });
    expect(server.requests).toEqual(["HEAD /"]);
  });

  it("knows how far our clock is off", async () => {
    const hour = 3_600_000;
    expect(await ask((await dated(start - hour)).url)).toEqual({ reached: true, ahead: hour - 1_000 });
    expect(await ask((await dated(start + hour)).url)).toEqual({ reached: true, ahead: -hour });
  });

  it("tells apart where it failed", async () => {
    expect(await ask("https://nowhere.invalid")).toMatchObject({ reached: false, stage: "dns" });
    expect(await ask("http://127.0.0.1:1")).toEqual({ reached: false, stage: "tcp", code: "ECONNREFUSED" });
    const { url } = await startProviderServer().then((server) => {
      onTestFinished(() => server.close());
      return server;
    });
    expect(await ask(url.replace("http:", "https:"))).toMatchObject({ reached: false, stage: "tls" });
    const secure = createHttpsServer({ key, cert: certificate });
    const port = await listen(secure);
    expect(await ask(`https://127.0.0.1:${port}`)).toMatchObject({ reached: false, stage: "tls" });
  });

  it("knows one that takes the connection and says nothing", async () => {
    const silent = await listen(createServer(() => {}));
    const found = await ask(`http://127.0.0.1:${silent}`, 200);
    expect(found).toEqual({ reached: false, stage: "http", code: "ETIMEDOUT" });
  });
});

describe("what the doctor says of hosts", () => {
  const good = { host: "good.example", purposes: ["Z.ai"], answer: { reached: true } } as const;
  const bad = (host: string) =>
    ({
      host,
      purposes: ["Kimi", "Slack"],
      answer: { reached: false, stage: "dns", code: "ENOTFOUND" },
    }) as const;

  it("names each that is not reached, what for, and what to do", () => {
    expect(hostFindings([good, bad("bad.example")])).toEqual([
      {
        ...{ check: "host", name: "bad.example", level: "problem" },
        message: "not reached for Kimi and Slack: its name cannot be resolved (ENOTFOUND)",
        todo: expect.stringContaining("DNS"),
      },
      { check: "host", name: "Hosts", level: "ok", message: "reached: good.example" },
    ]);
  });

  it("says once that there is no network", () => {
    const found = hostFindings(["a.example", "b.example", "c.example"].map(bad));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      name: "Network",
      message: expect.stringMatching(
        /^none of 3 hosts can be reached \(a\.example, b\.example and c\.example\)/,
      ),
    });
  });

  it("tells of a webhook no more than its host", () => {
    const found = webhookFinding("webhook:ops", "hooks.example", bad("").answer);
    expect(found).toMatchObject({ check: "channel", name: "webhook:ops", level: "problem" });
    expect(found.message).toBe("hooks.example is not reached: its name cannot be resolved (ENOTFOUND)");
  });

  it("believes the middle one of several clocks, and tolerates a minute", () => {
    const told = (...aheads: (number | undefined)[]) =>
      clockFinding(aheads.map((ahead) => ({ reached: true, ahead }) as const));
    expect(told(0, 0, 9_000_000)).toMatchObject({ level: "ok" });
    expect(told(-60_000)).toMatchObject({ level: "ok" });
    expect(told(-61_000, -7_200_000, -7_200_000)).toMatchObject({
      level: "warning",
      message: expect.stringContaining("2 h behind, by the time that 3 hosts told"),
    });
    expect(told(undefined)).toMatchObject({ level: "ok", message: expect.stringContaining("not compared") });
  });
});

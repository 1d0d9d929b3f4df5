import type { RequestListener } from "node:http";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answering, failure, serve } from "../http-server.ts";

describe("a request", () => {
  it("goes to the account's baseUrl with its path before the request's", async () => {
    const asked: string[] = [];
    const listener: RequestListener = (request, response) => {
      asked.push(`${request.method} ${request.headers.host} ${request.url}`);
      response.end('{"ok":true}');
    };
    for (const path of ["", "/", "/proxy/claude", "/proxy/claude/"]) {
      const { ask, address } = await serve(listener, { path });
      expect(await ask()).toEqual({ ok: true });
      const prefix = path.replace(/\/$/, "");
      expect(asked.at(-1)).toBe(`GET ${new URL(address).host} ${prefix}/v1/usage?type=2`);
    }
  });

  it("never leaves the baseUrl, even when its path looks like a host", async () => {
    let asked: string | undefined;
    const { ask } = await serve((request, response) => {
      asked = request.url;
      response.end("{}");
    });
    await ask({ url: "https://api.example.com//elsewhere.example/x" });
    expect(asked).toBe("//elsewhere.example/x");
  });

  it("goes to declared hosts only, by https only", async () => {
    let asked = 0;
    const { ask } = await serve(() => asked++);
    await expect(ask({ url: "https://evil.example/v1" })).rejects.toThrow("does not declare");
    await expect(ask({ url: "http://api.example.com/v1" })).rejects.toThrow("does not declare");
    expect(asked).toBe(0);
  });

  it("sends JSON or a form, with the headers it was given", async () => {
    const bodies: string[] = [];
    const { ask } = await serve(async (request, response) => {
      let body = `${request.method} ${request.headers["content-type"]} ${request.headers["x-plan"]} `;
      for await (const chunk of request) body += chunk;
      bodies.push(body);
      response.end("{}");
    });
    await ask({ method: "POST", json: { a: 1 }, headers: { "x-plan": "p" } });
    await ask({ method: "POST", form: { a: "1 &" }, headers: { "x-plan": "p" } });
    expect(bodies).toEqual([
      'POST application/json p {"a":1}',
      "POST application/x-www-form-urlencoded p a=1+%26",
    ]);
  });

  it("reuses connections, also after failures", async () => {
    const ports = new Set<number | undefined>();
    const { ask } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      answering(request.url?.includes("bad") ? 500 : 200)(request, response);
    });
    for (let count = 0; count < 10; count++) {
      await ask();
      await failure(ask({ url: "https://api.example.com/bad" }));
    }
    expect(ports.size).toBeLessThan(4);
  });

  it("knows which hosts are the same machine", async () => {
    const { http } = await serve(answering(200));
    const hosts = ["api.example.com", "other.example.com"];
    expect(http.distinctHosts(hosts)).toEqual(["api.example.com"]);
    const direct = await serve(answering(200), { baseUrl: undefined });
    expect(direct.http.distinctHosts(hosts)).toEqual(hosts);
  });
});

describe("an answer", () => {
  it("comes with its headers to those who need them, and is judged like any other", async () => {
    const { http } = await serve(answering(200, { "x-left": "7" }, '{"a":1}'));
    const answer = await http.answer({ url: "https://api.example.com/v1" });
    expect(answer.header("x-left")).toBe("7");
    expect(answer.body).toEqual({ a: 1 });
    const refusing = await serve(answering(403, { "x-left": "7" }));
    expect((await failure(refusing.http.answer({ url: "https://api.example.com/v1" }))).code).toBe(
      "provider_forbidden",
    );
  });

  it.each([
    [400, "provider_unexpected_response"],
    [401, "provider_auth_rejected"],
    [402, "provider_needs_action"],
    [403, "provider_forbidden"],
    [404, "provider_unexpected_response"],
    [408, "provider_unavailable"],
    [410, "provider_unexpected_response"],
    [429, "provider_rate_limited"],
    [500, "provider_unavailable"],
    [503, "provider_unavailable"],
    [529, "provider_unavailable"],
  ])("of status %i is %s", async (status, code) => {
    const { ask } = await serve(answering(status, {}, '{"error":"canary"}'));
    const error = await failure(ask());
    expect(error.code).toBe(code);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("canary");
  });

  it.each([
    ["120", 120_000],
    ["0", undefined],
    ["Sun, 22 Nov 2026 03:05:00 GMT", 300_000],
    ["Sun, 22 Nov 2026 02:00:00 GMT", undefined],
    ["soon", undefined],
  ])("that asks to wait %s is handed on as %s ms", async (header, wait) => {
    for (const status of [429, 503]) {
      const { ask } = await serve(answering(status, { "retry-after": header }));
      expect((await failure(ask())).details.retryAfter).toBe(wait);
    }
  });

  it("that is a web page is told from the API's own refusal", async () => {
    const page = { "content-type": "text/html; charset=UTF-8" };
    const html = "<!DOCTYPE html><title>canary</title>";
    const codeOf = async (status: number, headers: Record<string, string>, body: string) => {
      const { ask } = await serve(answering(status, headers, body));
      return (await failure(ask())).code;
    };
    expect(await codeOf(200, page, html)).toBe("provider_unexpected_response");
    expect(await codeOf(200, {}, html)).toBe("provider_unexpected_response");
    expect(await codeOf(403, page, html)).toBe("provider_unavailable");
    expect(await codeOf(401, {}, html)).toBe("provider_unavailable");
    expect(await codeOf(403, page, '{"error": "really JSON"}')).toBe("provider_forbidden");
  });

  it("is explained by the provider first, and by the general rules when the provider has nothing to say", async () => {
    const { ask } = await serve(answering(429, { "x-reason": "Plan" }, '{"code":7}'));
    const seen: unknown[] = [];
    const error = await failure(
      ask({
        explain: (answer) => {
          seen.push(answer.status, answer.body, answer.header("x-reason"), answer.html);
          return undefined;
        },
      }),
    );
    expect(seen).toEqual([429, { code: 7 }, "Plan", false]);
    expect(error.code).toBe("provider_rate_limited");
  });

  it("that redirects is not followed", async () => {
    let followed = false;
    const elsewhere = await serve((_, response) => {
      followed = true;
      response.end("{}");
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const { ask } = await serve(answering(status, { location: elsewhere.address }));
      expect((await failure(ask({ headers: { authorization: "Bearer fake" } }))).code).toBe(
        "provider_unexpected_response",
      );
    }
    expect(followed).toBe(false);
  });

  it("is understood with a byte order mark, compressed, and of any JSON type", async () => {
    const bodies: [string, Record<string, string>, string | Buffer, unknown][] = [
      ["mark", {}, '\uFEFF{"a":1}', { a: 1 }],
      ["gzip", { "content-encoding": "gzip" }, gzipSync('{"a":"ü"}'), { a: "ü" }],
      ["null", {}, "null", null],
      ["list", {}, "[1]", [1]],
    ];
    for (const [, headers, body, expected] of bodies) {
      const { ask } = await serve((_, response) => response.writeHead(200, headers).end(body));
      expect(await ask()).toEqual(expected);
    }
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"canary": [1, 2'],
    ["something else", "canary"],
  ])("that is %s is not understood", async (_, body) => {
    const { ask } = await serve(answering(200, {}, body));
    const error = await failure(ask());
    expect(error.code).toBe("provider_unexpected_response");
    expect(error.message).not.toContain("canary");
  });

  it("has its unknown keys reported by name only, and only names that are no data", async () => {
    const reported: (readonly string[])[] = [];
    const body = JSON.stringify({ code: 1, brand_new: 2, "lan@example.org": 3 });
    const onUnknownKeys = (keys: readonly string[]) => reported.push(keys);
    const { ask } = await serve(answering(200, {}, body), { onUnknownKeys });
    await ask({ known: ["code", "data"] });
    await ask({ known: ["code", "brand_new"] });
    await ask();
    expect(reported).toEqual([["brand_new"]]);
  });
});

import { once } from "node:events";
import { inspect } from "node:util";
import { createGzip } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answering, failure, serve } from "../http-server.ts";

describe("a hostile server", () => {
  it("cannot make the bot read gigabytes, and loses its connection", async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024, "x");
    const closed: Promise<unknown>[] = [];
    const { ask } = await serve((_, response) => {
      closed.push(once(response, "close"));
      response.writeHead(200, { "content-length": String(3 * 1024 ** 3) });
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      response.on("drain", more).on("error", () => {});
      more();
    });
    const before = process.memoryUsage().rss;
    expect((await failure(ask())).message).toBe("Example answered with more than 1 MiB.");
    await Promise.all(closed);
    expect(written).toBeLessThan(64 * 1024 ** 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 ** 2);
  });

  it("cannot hide gigabytes in a compressed answer", async () => {
    const zeros = Buffer.alloc(1024 * 1024);
    const closed: Promise<unknown>[] = [];
    let produced = 0;
    const { ask } = await serve((_, response) => {
      closed.push(once(response, "close"));
      response.writeHead(200, { "content-encoding": "gzip" });
      const gzip = createGzip();
      gzip.pipe(response);
      response.on("close", () => gzip.destroy()).on("error", () => {});
      const more = () => {
        if (gzip.destroyed || produced > 3 * 1024 ** 3) return;
        produced += zeros.length;
        gzip.write(zeros, more);
      };
      more();
    });
    const before = process.memoryUsage().rss;
    expect((await failure(ask())).message).toBe("Example answered with more than 1 MiB.");
    await Promise.all(closed);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 ** 2);
  });

  it("cannot keep a request alive by a byte now and then", async () => {
    const closed: Promise<unknown>[] = [];
    const { ask } = await serve(
      (_, response) => {
        closed.push(once(response, "close"));
        response.writeHead(200, { "content-type": "application/json" });
        const drip = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(drip));
      },
      { timeout: 200 },
    );
    const error = await failure(ask());
    expect([error.code, error.message]).toEqual(["provider_unreachable", "Example did not answer in time."]);
    await Promise.all(closed);
  });

  it("cannot keep a request alive by never answering", async () => {
    const { ask } = await serve(() => {}, { timeout: 100 });
    expect((await failure(ask())).code).toBe("provider_unreachable");
  });

  it("that breaks the connection in mid-answer is unreachable, not half understood", async () => {
    const { ask } = await serve((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"a":1}', () => response.destroy());
    });
    expect((await failure(ask())).code).toBe("provider_unreachable");
  });

  it("cannot reach the error with its headers", async () => {
    const { ask } = await serve((_, response) => {
      response.socket?.end("HTTP/1.1 200 OK\r\ncanary canary\r\n\r\n");
    });
    expect(inspect(await failure(ask()), { depth: 9, showHidden: true })).not.toContain("canary");
  });
});

describe("a failure of our own", () => {
  it("ends at once when the read is aborted, and closes the connection", async () => {
    const reading = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    const { ask } = await serve(
      (_, response) => {
        closed = once(response, "close");
        response.writeHead(200).write("{");
        setImmediate(() => reading.abort());
      },
      { signal: reading.signal, timeout: 60_000 },
    );
    expect((await failure(ask())).code).toBe("provider_unreachable");
    await closed;
    expect((await failure(ask())).code).toBe("provider_unreachable");
  });

  it("names the reason why nobody answers, and nothing else", async () => {
    const { server, ask } = await serve(answering(200));
    server.close();
    const error = await failure(ask({ headers: { authorization: "Bearer fake-secret" } }));
    expect(error.message).toBe("Example cannot be reached (ECONNREFUSED).");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("fake-secret");
  });

  it("says that a credential cannot be sent, without repeating it", async () => {
    const { ask } = await serve(answering(200));
    for (const value of ["Bearer fake\nsecret", "Bearer fake…secret", "fake\u0000secret"]) {
      const error = await failure(ask({ headers: { authorization: value } }));
      expect(error.code).toBe("provider_credentials_missing");
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/fake.?secret/s);
    }
  });
});

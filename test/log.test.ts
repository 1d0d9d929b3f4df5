import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../src/core/errors.ts";
import { createLog } from "../src/log.ts";

function recordingLog(secrets: readonly string[] = [], level: "debug" | "info" | "silent" = "debug") {
  const lines: string[] = [];
  const log = createLog({ level, secrets, destination: { write: (line) => lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "{}") };
}

describe("a line of the log", () => {
  it("is one line of JSON with level, time, fields and the message", () => {
    const { log, lines, last } = recordingLog();
    log.warn({ account: "glm-main", attempts: 3, late: false, none: null }, "100% %s\nof it");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(last()).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      account: "glm-main",
      attempts: 3,
      late: false,
      none: null,
      msg: "100% %s\nof it",
    });
  });

  it("is written only from the chosen level on", () => {
    const quiet = recordingLog([], "info");
    quiet.log.debug({}, "details");
    quiet.log.info({}, "news");
    expect(quiet.lines).toHaveLength(1);
    const silent = recordingLog([], "silent");
    silent.log.error({}, "trouble");
    expect(silent.lines).toEqual([]);
  });

  it("survives cycles, depth, throwing getters, buffers, maps and big integers", () => {
    const { log, last } = recordingLog();
    const cycle: Record<string, unknown> = { name: "ring" };
    cycle.self = cycle;
    let deep: object = {};
    for (let level = 0; level < 10_000; level++) deep = { deep };
    const hostile = {
      cycle,
      deep,
      get broken(): string {
        throw new Error("no");
      },
      bytes: Buffer.from("abc"),
      map: new Map([["count", 10n]]),
      set: new Set([1]),
      date: new Date(Number.NaN),
      link: new URL("https://example.org/a"),
      method() {},
    };
    log.info(hostile, "hostile");
    expect(last()).toMatchObject({
      cycle: { name: "ring", self: "[circular]" },
      broken: "[unreadable]",
      bytes: "[3 bytes]",
      map: { count: "10" },
      set: [1],
      date: "Invalid Date",
      link: "https://example.org/a",
    });
    expect(last()).not.toHaveProperty("method");
  });
});

describe("an error in the log", () => {
  it("keeps code, message and stack, and of its cause only the system's code", () => {
    const { log, lines, last } = recordingLog();
    const cause = Object.assign(new Error("body: everything"), { code: "ECONNREFUSED", body: "everything" });
    log.error({ error: new TypeError("fetch failed", { cause }) }, "read failed");
    expect(last().error).toEqual({
      type: "TypeError",
      message: "fetch failed",
      stack: expect.stringContaining("log.test.ts"),
      cause: "ECONNREFUSED",
    });
    expect(lines[0]).not.toContain("everything");
  });

  it("may be handed in instead of fields", () => {
    const { log, last } = recordingLog();
    log.error(new AppError("store_locked", "Another process uses this folder."), "cannot start");
    expect(last().error).toMatchObject({
      code: "store_locked",
      message: "Another process uses this folder.",
    });
  });
});

describe("a secret", () => {
  it.each([
    "token",
    "accessToken",
    "refresh_token",
    "apiKey",
    "x-api-key",
    "APIKEY",
    "Authorization",
    "set-cookie",
    "password",
    "signingSecret",
    "credentials",
  ])("is not written when its field is called %s, at any depth", (name) => {
    const { log, lines, last } = recordingLog();
    log.info({ request: { list: [{ [name]: "abc" }] } }, "asked");
    expect(last().request.list[0]).toEqual({ [name]: "[redacted]" });
    expect(lines[0]).not.toContain("abc");
  });

  it("hides no field that only sounds alike", () => {
    const { log, last } = recordingLog();
    log.info({ tokens: 5, key: "a|b", monkey: 1, credentialKey: "9f", secretary: "x" }, "fine");
    expect(last()).toMatchObject({ tokens: 5, key: "a|b", monkey: 1, credentialKey: "9f", secretary: "x" });
  });

  it("of the configuration is replaced in messages, fields, keys, URLs, numbers, errors and stacks", () => {
    const secrets = ["s3cr+t/va lue", "s3cr+t/va lue-longer", "12345678", 'quo"ted\\one'];
    const { log, lines, last } = recordingLog(secrets);
    for (const secret of secrets) {
      const error = Object.assign(new Error(`refused ${secret}`), { code: secret });
      log.error(
        {
          error,
          nested: { list: [`Bearer ${secret}`], map: new Map([[secret, 1]]) },
          url: new URL(`https://example.org/?key=${encodeURIComponent(secret)}`),
          inUrl: `https://example.org/${encodeURIComponent(secret)}/x`,
          body: JSON.stringify({ secret }),
          count: 12345678,
        },
        `sent ${secret}${secret}`,
      );
      expect(last()).toMatchObject({ msg: "sent [redacted][redacted]", count: "[redacted]" });
      expect(last().error.message).toBe("refused [redacted]");
    }
    const written = lines.join("");
    for (const secret of secrets) {
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
        expect(written).not.toContain(form);
      }
    }
    expect(written).not.toContain("-longer");
  });

  it("never appears, whatever it looks like and wherever it stands", () => {
    const secretText = fc.string({ minLength: 8, maxLength: 40 }).map((text) => `§${text}`);
    fc.assert(
      fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
        const { log, lines, last } = recordingLog([secret]);
        const text = before + secret + after;
        log.warn({ text, deep: [{ text }], error: new Error(text) }, text);
        expect(JSON.stringify(last())).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(lines.join("")).not.toContain("§");
      }),
    );
  });

  it("shorter than six characters is not searched for", () => {
    const { log, last } = recordingLog(["info", ""]);
    log.info({}, "for your info");
    expect(last().msg).toBe("for your info");
  });
});

import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { createWebhook, type WebhookOptions } from "../../src/channels/webhook.ts";
import type { AlertEvent } from "../../src/core/domain/event.ts";
import type { AppError } from "../../src/core/errors.ts";
import type { PostOptions } from "../../src/core/ports.ts";
import { createManualClock, start } from "../fakes/core.ts";
import { everything, low, plain } from "./messages.ts";
import { createReceiver } from "./receiver.ts";

function webhook(url: string, rest: Partial<WebhookOptions> = {}) {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const clock = createManualClock();
  return createWebhook({
    id: "webhook:ops",
    url,
    dispatcher,
    clock,
    timezone: "UTC",
    version: "1.2.3",
    ...rest,
  });
}

async function failure(url: string, rest: Partial<WebhookOptions> = {}): Promise<AppError> {
  return await webhook(url, rest)
    .post(plain, { key: "k.0" })
    .then(
      () => expect.fail("it was taken"),
      (error: AppError) => error,
    );
}

/** What the receiver knows a delivery by. */
async function deliveryOf(about: PostOptions): Promise<unknown> {
  const receiver = await createReceiver();
  const where = await webhook(receiver.url).post(plain, about);
  const [first] = receiver.received;
  expect(JSON.parse(first?.body ?? "").id).toBe(where);
  expect(first?.headers["x-quotabot-delivery"]).toBe(where);
  return where;
}

describe("a webhook", () => {
  it("is posted the message and its events as JSON", async () => {
    const receiver = await createReceiver();
    await webhook(`${receiver.url}/hook?token=abc`).post(plain, { key: "3fk2.0", events: [low()] });
    const [first] = receiver.received;
    expect(first).toMatchObject({ method: "POST", path: "/hook?token=abc" });
    expect(first?.headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": "quotabot/1.2.3",
      "x-quotabot-timestamp": String(start / 1000),
    });
    expect(first?.headers).not.toHaveProperty("x-quotabot-signature");
    expect(JSON.parse(first?.body ?? "")).toEqual({
      id: expect.stringMatching(/^3fk2\.0-[0-9a-f]{12}$/),
      kind: "alert",
      at: "2026-11-22T03:00:00Z",
      title: "GLM has used 91%",
      text: "9% left.",
      tone: "warning",
      events: [
        {
          type: "quota.low",
          severity: "warning",
          at: "2026-11-22T03:00:00Z",
          account: "glm-main",
          window: {
            id: "session",
            label: "5-hour",
            usedPercent: 91.23,
            remainingPercent: 8.77,
            resetsAt: "2026-11-22T04:00:00Z",
          },
          threshold: 90,
        },
      ],
    });
  });

  it("gets the whole message as text that can be read without colours and buttons", async () => {
    const receiver = await createReceiver();
    await webhook(receiver.url, { timezone: "Asia/Tokyo" }).post(everything);
    expect(JSON.parse(receiver.received[0]?.body ?? "").text).toBe(
      [
        "Budget daily resets in 2 h (14:00).",
        "",
        "Plan  Max 20x",
        "More  the page (https://example.org/a?b=1&c=2)",
        "",
        "!  Lan's Max  █░░░░░░░░░  8% left  5-hour  in 1 h (13:00)                   Claude",
        "?  日本語                 unknown                          as of yesterday",
        "",
        "Model    Cost",
        "opus   $12.00",
        "haiku   $0.40",
        "",
        "As of 12:00",
      ].join("\n"),
    );
  });

  it("is told what sort of message it is", async () => {
    const receiver = await createReceiver();
    const channel = webhook(receiver.url);
    await channel.post(plain);
    await channel.post(plain, { kind: "digest" });
    await channel.post(plain, { kind: "test", events: [] });
    await channel.post(plain, { events: [low()] });
    expect(receiver.received.map(({ body }) => JSON.parse(body).kind)).toEqual([
      "message",
      "digest",
      "test",
      "alert",
    ]);
    expect(JSON.parse(receiver.received[0]?.body ?? "").events).toEqual([]);
  });

  it("may have a user and a password in its address", async () => {
    const receiver = await createReceiver();
    await webhook(receiver.url.replace("//", "//bot:p%40ss@")).post(plain);
    expect(receiver.received[0]?.headers.authorization).toBe(`Basic ${btoa("bot:p@ss")}`);
  });

  it("can always be posted to again", async () => {
    expect(await webhook("http://127.0.0.1:1").find?.("k.0")).toBeUndefined();
  });
});

describe("the id of a delivery", () => {
  const high: AlertEvent = low({ type: "quota.exhausted", threshold: 100 });

  it("is the same for every try to tell the same, however its figures drift", async () => {
    const about = { key: "3fk2.0", events: [low(), high] };
    const first = await deliveryOf(about);
    const window = { id: "session", label: "5-hour", usedPercent: 92 };
    expect(await deliveryOf({ key: "3fk2.0", events: [high, low({ at: start + 9, window })] })).toBe(first);
    expect(await deliveryOf({ key: "digest|a b" })).toBe("digest%7Ca%20b");
  });

  it("is another one once something has joined or grown, so that nobody takes the news for a repeat", async () => {
    const first = await deliveryOf({ key: "3fk2.0", events: [low()] });
    expect(await deliveryOf({ key: "3fk2.0", events: [low(), low({ account: "b" })] })).not.toBe(first);
    expect(await deliveryOf({ key: "3fk2.0", events: [high] })).not.toBe(first);
    expect(await deliveryOf({ key: "3fk2.1", events: [low()] })).not.toBe(first);
  });

  it("is unique where there is no key", async () => {
    expect(await deliveryOf({})).not.toBe(await deliveryOf({}));
  });
});

describe("what a webhook answers", () => {
  it.each([200, 201, 202, 204])("%d is fine", async (status) => {
    const receiver = await createReceiver((response) => response.writeHead(status).end());
    await webhook(receiver.url).post(plain);
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    [
      301,
      "redirects elsewhere, which is not followed (HTTP 301): give `channels.ops.webhook` the address it leads to.",
    ],
    [
      307,
      "redirects elsewhere, which is not followed (HTTP 307): give `channels.ops.webhook` the address it leads to.",
    ],
    [400, "does not take what is posted (HTTP 400): the receiver's own log may tell why."],
    [
      401,
      "does not let the bot in (HTTP 401): check `channels.ops.webhook` and the secret, here and on the other side.",
    ],
    [
      403,
      "does not let the bot in (HTTP 403): check `channels.ops.webhook` and the secret, here and on the other side.",
    ],
    [404, "is not there any more (HTTP 404): correct `channels.ops.webhook`."],
    [410, "is not there any more (HTTP 410): correct `channels.ops.webhook`."],
    [422, "does not take what is posted (HTTP 422): the receiver's own log may tell why."],
  ])("%d is for good", async (status, words) => {
    const elsewhere = await createReceiver();
    const receiver = await createReceiver((response) =>
      response.writeHead(status, { location: elsewhere.url }).end(),
    );
    const error = await failure(receiver.url);
    expect(error).toMatchObject({ code: "delivery_refused", details: {} });
    expect(error.message).toBe(`webhook:ops (127.0.0.1:${receiver.port}) ${words}`);
    expect(elsewhere.received).toEqual([]);
  });

  it.each([
    [408, undefined],
    [500, undefined],
    [502, true],
    [504, true],
    [507, undefined],
  ])("%d is to be tried again; that it may have arrived: %s", async (status, unsure) => {
    const receiver = await createReceiver((response) => response.writeHead(status).end());
    const error = await failure(receiver.url);
    expect(error.code).toBe("delivery_failed");
    expect(error.details.unsure).toBe(unsure);
    expect(error.message).toContain(`(HTTP ${status})`);
  });

  it.each([
    ["7", 7_000],
    [new Date(start + 90_000).toUTCString(), 90_000],
    ["999999999", 3_600_000],
    ["0", undefined],
    [new Date(start - 90_000).toUTCString(), undefined],
    ["soon", undefined],
  ])("429 and 503 with Retry-After %s wait so long", async (header, retryAfter) => {
    for (const status of [429, 503]) {
      const receiver = await createReceiver((response) =>
        response.writeHead(status, { "retry-after": header }).end(),
      );
      const error = await failure(receiver.url);
      expect(error.code).toBe("delivery_failed");
      expect(error.details).toEqual(retryAfter === undefined ? {} : { retryAfter });
    }
  });

  it("is not read on when it is endless", async () => {
    let closed = false;
    const receiver = await createReceiver((response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x".repeat(100_000)), 1);
      response.on("close", () => {
        clearInterval(timer);
        closed = true;
      });
    });
    await webhook(receiver.url).post(plain);
    await expect.poll(() => closed).toBe(true);
  });
});

describe("a webhook without an answer", () => {
  it("may have got it when it does not answer in time", async () => {
    const receiver = await createReceiver(() => {});
    const error = await failure(receiver.url, { timeout: 100 });
    expect(error).toMatchObject({ code: "delivery_failed", details: { unsure: true } });
    expect(error.message).toBe(`webhook:ops (127.0.0.1:${receiver.port}) did not answer in time.`);
  });

  it("may have got it when the connection is cut", async () => {
    const receiver = await createReceiver((response) => response.destroy());
    expect(await failure(receiver.url)).toMatchObject({
      code: "delivery_failed",
      details: { unsure: true },
    });
  });

  it("has surely not got it when nobody is there", async () => {
    const error = await failure("http://127.0.0.1:1/");
    expect(error.code).toBe("delivery_failed");
    expect(error.details.unsure).toBeUndefined();
    expect(error.message).toBe("webhook:ops (127.0.0.1:1) cannot be reached (ECONNREFUSED).");
  });

  it("is not posted to when it cannot prove who it is", async () => {
    const receiver = await createReceiver(undefined, { secure: true });
    const error = await failure(receiver.url);
    expect(error.code).toBe("delivery_refused");
    expect(error.message).toMatch(/^The certificate of webhook:ops \(127\.0\.0\.1:\d+\) is not trusted/);
    expect(receiver.received).toEqual([]);
  });
});

it("no error of a webhook tells more of its address than the host", async () => {
  const statuses = [301, 400, 401, 404, 429, 500];
  const receivers = await Promise.all(
    statuses.map((status) =>
      createReceiver((response) => response.writeHead(status).end("hush-body"), { secure: false }),
    ),
  );
  const hidden = "/services/hush-path?key=hush-query";
  const urls = [
    ...receivers.map(({ url }) => url.replace("//", "//hush-user:hush-pass@")),
    "http://hush-user:hush-pass@127.0.0.1:1",
  ];
  for (const url of urls) {
    const error = await failure(url + hidden, { secret: "hush-secret" });
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(
      "hush",
    );
  }
});

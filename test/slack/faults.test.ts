import { describe, expect, it } from "vitest";
import { titled } from "../fakes/slack/stubs.ts";
import { answering, setUp, sleep, until } from "./setup.ts";

const quota = answering(titled("Quota"));

describe("an answer to Slack", () => {
  it("is given once when an envelope or an event comes again", async () => {
    const { fake } = await setUp({ answer: quota });
    await fake.slash("");
    expect((await fake.again()).ack).toEqual({});
    await fake.mention("<@U0BOT>");
    await fake.again(1);
    await fake.again(2);
    await sleep(50);
    expect(fake.shown.map(({ via }) => via)).toEqual(["ack", "chat.postMessage"]);
  });

  it("is given once when an event comes again over HTTP", async () => {
    const { fake } = await setUp({ answer: quota, mode: "http" });
    await fake.mention("<@U0BOT>");
    expect((await fake.again(1)).status).toBe(200);
    await sleep(50);
    expect(fake.shown).toHaveLength(1);
  });

  it("waits as long as Slack asks, then is posted once", async () => {
    const { fake } = await setUp({ answer: quota });
    fake.fail("chat.postMessage", { kind: "status", status: 429, headers: { "retry-after": "1" } });
    await fake.mention("<@U0BOT>");
    await until(() => fake.shown.length === 1, "posted");
    const [first, second] = fake.calls.filter(({ method }) => method === "chat.postMessage");
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(950);
  });

  it.each([500, 503])("is posted once Slack no longer answers with %i", async (status) => {
    const { fake } = await setUp({ answer: quota });
    fake.fail("chat.postMessage", { kind: "status", status });
    await fake.mention("<@U0BOT>");
    await until(() => fake.shown.length === 1, "posted");
    await sleep(50);
    expect(fake.shown).toHaveLength(1);
  });

  it("is not posted a second time when the connection drops after it is posted", async () => {
    const { fake, log, escaped } = await setUp({ answer: answering(titled("Old"), titled("New")) });
    fake.fail("chat.postMessage", { kind: "drop-after" });
    await fake.mention("<@U0BOT>");
    await until(() => log.lines.some(({ level }) => level === "warn"), "logged");
    await sleep(100);
    expect(fake.calls.filter(({ method }) => method === "chat.postMessage")).toHaveLength(1);
    await fake.mention("<@U0BOT>");
    await until(() => fake.shown.at(-1)?.text.startsWith("New"), "the next mention is answered");
    expect(escaped).toEqual([]);
  });

  it("is replaced again when the replacement fails: that can be done twice", async () => {
    const { fake } = await setUp({ answer: answering(titled("Old"), titled("New")) });
    fake.fail("chat.update", { kind: "drop-after" });
    await fake.mention("<@U0BOT>");
    await until(
      () => fake.calls.filter(({ method }) => method === "chat.update").length === 2,
      "tried again",
    );
    expect(fake.shown).toMatchObject([{ text: expect.stringContaining("New") }]);
  });

  it.each([
    ["404", { kind: "status", status: 404 }],
    ["410", { kind: "status", status: 410 }],
  ] as const)("ends quietly when its response_url gives %s", async (_, fault) => {
    const { fake, log, escaped } = await setUp({
      answer: answering(titled("Old"), titled("New"), titled("Newest")),
      timings: { respond: 100 },
    });
    fake.fail("response_url", fault);
    await fake.slash("");
    await until(() => log.lines.some(({ level }) => level === "warn"), "logged");
    await sleep(100);
    expect(fake.calls.filter(({ method }) => method === "response_url")).toHaveLength(1);
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(fake.shown).toHaveLength(1);
    expect(escaped).toEqual([]);
  });

  it.each([
    ["429", { kind: "status", status: 429, headers: { "retry-after": "1" } }],
    ["500", { kind: "status", status: 500 }],
    ["a lost answer", { kind: "drop-after" }],
    ["no answer", { kind: "hang" }],
  ] as const)("is replaced all the same when its response_url first gives %s", async (_, fault) => {
    const { fake, escaped } = await setUp({
      answer: answering(titled("Old"), titled("New")),
      timings: { respond: 100 },
    });
    fake.fail("response_url", fault);
    await fake.slash("");
    await until(() => fake.shown[0]?.text.startsWith("New"), "the newer answer is shown");
    expect(fake.shown).toHaveLength(1);
    expect(escaped).toEqual([]);
  });

  it("is shared once when the first try meets 500, and not again when its answer is lost", async () => {
    const { fake, log } = await setUp({ answer: quota });
    await fake.slash("");
    fake.fail("response_url", { kind: "status", status: 500 });
    await fake.click(fake.shown[0], "share");
    await until(() => fake.shown.length === 2, "shared");
    fake.fail("response_url", { kind: "drop-after" });
    await fake.click(fake.shown[0], "share");
    await until(() => log.lines.some(({ level }) => level === "warn"), "logged");
    await sleep(700);
    expect(fake.shown).toHaveLength(3);
  });

  it("reaches the person by response_url when the socket is cut before the acknowledgement", async () => {
    const { fake, slack, escaped } = await setUp({
      async *answer() {
        await sleep(60);
        yield titled("Quota");
      },
    });
    const asked = fake.slash("");
    await sleep(20);
    fake.hangUp();
    await asked;
    await until(() => slack.health().state === "connected", "connected again");
    await until(() => fake.shown.length === 1, "answered");
    await fake.again();
    await sleep(50);
    expect(fake.shown).toMatchObject([{ via: "response_url", onlyFor: fake.user }]);
    expect(escaped).toEqual([]);
  });

  it("is not given twice when its acknowledgement comes too late to be shown", async () => {
    const { fake, escaped } = await setUp({
      timings: { answerWithAck: 3_500 },
      async *answer() {
        await sleep(3_100);
        yield titled("Late");
        await sleep(30);
        yield titled("New");
      },
    });
    expect(await fake.slash("")).toMatchObject({ late: true });
    await until(() => fake.shown.length > 0, "shown");
    expect(fake.shown).toMatchObject([{ text: expect.stringContaining("New"), onlyFor: fake.user }]);
    expect(escaped).toEqual([]);
  });
});

import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { saying, until } from "../fakes/discord/bot.ts";
import { textOf } from "../fakes/discord/schemas.ts";
import { useDiscord } from "./harness.ts";

const { discord, connect } = useDiscord();

async function* once(text: string) {
  yield saying(text);
}

describe("a slash command", () => {
  it("is answered at once, to the asker alone, and updated in place", async () => {
    await connect(async function* () {
      yield saying("from the last snapshot");
      await pause(100);
      yield saying("fresh numbers");
    });
    const asked = discord().slash("list");
    await until(() => asked.callback);
    expect(asked.answeredAfter).toBeLessThan(1_500);
    expect(asked.callback.type).toBe(4);
    expect(asked.callback.data.flags).toBe(64 | (1 << 15));
    expect(asked.callback.data.allowed_mentions).toEqual({ parse: [] });
    expect(textOf(asked.callback.data)).toContain("from the last snapshot");
    await until(() => textOf(asked.message).includes("fresh numbers"));
    expect(asked.edits).toHaveLength(1);
    expect(asked.edits[0].allowed_mentions).toEqual({ parse: [] });
    expect(asked.followUps).toEqual([]);
  });

  it("is acknowledged at once when the first message takes longer", async () => {
    await connect(async function* () {
      await pause(600);
      yield saying("slow but there");
    });
    const asked = discord().slash("list");
    await until(() => asked.callback);
    expect(asked.answeredAfter).toBeLessThan(1_500);
    expect(asked.callback).toEqual({ type: 5, data: { flags: 64 } });
    await until(() => textOf(asked.message).includes("slow but there"));
  });

  it("hands over its words, and who asks", async () => {
    await connect((line, asker) => once(`${line} ${asker.surface} ${asker.user} ${asker.admin}`));
    const byId = discord().slash("show", { target: "claude-lan" }, { user: "1" });
    const byRole = discord().slash("show", { target: "glm" }, { user: "2", roles: ["5", "77"] });
    const nobody = discord().slash("", {}, { user: "3", roles: ["5"] });
    await until(() => byId.message && byRole.message && nobody.message);
    expect(textOf(byId.message)).toContain("show claude-lan discord 1 true");
    expect(textOf(byRole.message)).toContain("show glm discord 2 true");
    expect(textOf(nobody.message)).toContain(" discord 3 false");
  });

  it("is answered in a direct message too", async () => {
    await connect((_line, asker) => once(`for ${asker.user}`));
    const asked = discord().slash("list", {}, { user: "9", direct: true });
    await until(() => textOf(asked.message).includes("for 9"));
  });

  it("that has no answer at all is a mistake of ours", async () => {
    await connect(async function* () {});
    const asked = discord().slash("list");
    await until(() => textOf(asked.message).includes("Something went wrong on our side"));
  });

  it("that the bot does not know any more is left to the commands to answer", async () => {
    await connect((line) => once(`did you mean ${line}`));
    const asked = discord().slash("shwo", { target: "x" });
    await until(() => textOf(asked.message).includes("did you mean shwo x"));
  });

  it("is answered once when the gateway sends it twice", async () => {
    let runs = 0;
    const bot = await connect(() => once(`answer ${++runs}`));
    const asked = discord().slash("list");
    discord().redeliver(asked);
    await until(() => asked.message);
    await pause(50);
    expect(runs).toBe(1);
    expect(bot.warnings()).toEqual([]);
  });

  it("that breaks before its answer says so instead of the answer", async () => {
    const bot = await connect(() => {
      throw new Error("boom");
    });
    const asked = discord().slash("list");
    await until(() => asked.message);
    expect(asked.callback.data.flags & 64).toBe(64);
    expect(textOf(asked.message)).toContain("Something went wrong on our side");
    expect(textOf(asked.message)).not.toContain("boom");
    expect(bot.warnings()).toMatchObject([{ level: "error", fields: { code: "unknown" } }]);
  });

  it("that breaks while Discord waits says so in the place of the answer", async () => {
    // biome-ignore lint/correctness/useYield: it fails before its first message
    await connect(async function* () {
      await pause(250);
      throw new Error("boom");
    });
    const asked = discord().slash("list");
    await until(() => textOf(asked.message).includes("Something went wrong on our side"));
    expect(asked.followUps).toEqual([]);
  });

  it("that breaks after its first message keeps it and says so beside it", async () => {
    await connect(async function* () {
      yield saying("what we know");
      throw new Error("boom");
    });
    const asked = discord().slash("list");
    await until(() => asked.followUps[0]);
    expect(textOf(asked.message)).toContain("what we know");
    expect(textOf(asked.followUps[0])).toContain("Something went wrong on our side");
    expect(asked.followUps[0].flags & 64).toBe(64);
  });
});

describe("completion of a word", () => {
  it("offers what the commands know", async () => {
    await connect(() => once(""));
    const asked = discord().complete("show", "target", "cl");
    await until(() => asked.callback);
    expect(asked.callback).toEqual({
      type: 8,
      data: { choices: [{ name: "claude-lan", value: "claude-lan" }] },
    });
  });

  it("keeps Discord's limits whatever it is offered", async () => {
    const many = Array.from({ length: 60 }, (_, at) => ({
      label: `${"👩‍👩‍👧‍👦".repeat(40)}${at}`,
      value: `v${at}`,
    }));
    const complete = () => [
      { label: "too long", value: "x".repeat(101) },
      { label: "", value: "blank" },
      ...many,
    ];
    await connect(() => once(""), { commands: { complete } });
    const asked = discord().complete("show", "target", "");
    await until(() => asked.callback);
    expect(asked.callback.data.choices).toHaveLength(25);
    expect(asked.callback.data.choices[0]).toEqual({ name: "blank", value: "blank" });
  });

  it("offers nothing when the look-up fails", async () => {
    const complete = () => {
      throw new Error("boom");
    };
    await connect(() => once(""), { commands: { complete } });
    const asked = discord().complete("show", "target", "");
    await until(() => asked.callback);
    expect(asked.callback.data.choices).toEqual([]);
  });
});

describe("a button that runs a command", () => {
  it("answers whoever presses it, alone, and leaves the message as it is", async () => {
    await connect((line, { user, channel, admin }) =>
      once(`${line} for ${user} in ${channel}, admin ${admin}`),
    );
    const pressed = discord().press("run:alerts ack a1", { user: "1", everybodySees: true });
    await until(() => pressed.callback);
    expect(pressed.callback.type).toBe(4);
    expect(pressed.callback.data.flags & 64).toBe(64);
    expect(textOf(pressed.message)).toContain(
      "alerts ack a1 for 1 in discord:500000000000000001, admin true",
    );
    expect(pressed.followUps).toEqual([]);
  });

  it("is acknowledged at once when the answer takes longer, and shows the better answer in place", async () => {
    await connect(async function* () {
      await pause(400);
      yield saying("known");
      yield saying("fresh");
    });
    const pressed = discord().press("run:show glm", { everybodySees: true });
    await until(() => textOf(pressed.message).includes("fresh"));
    expect(pressed.callback).toEqual({ type: 5, data: { flags: 64 } });
    expect(pressed.followUps).toEqual([]);
  });
});

describe("the buttons", () => {
  it("Refresh reads again and replaces the message in place", async () => {
    await connect(async function* (line, _asker, refresh) {
      yield saying(`${line}, refresh ${refresh}`);
      yield saying("newer still");
    });
    const pressed = discord().press("refresh:show claude-lan");
    await until(() => pressed.edits[1]);
    expect(pressed.callback).toEqual({ type: 6 });
    expect(textOf(pressed.edits[0])).toContain("show claude-lan, refresh true");
    expect(textOf(pressed.edits[1])).toContain("newer still");
  });

  it("Share shows the answer to everybody once, says who shared it, and has no buttons", async () => {
    await connect(async function* (line) {
      yield saying(`answer of "${line}"`);
      yield saying("a later one");
    });
    const pressed = discord().press("share:list", { user: "42" });
    await until(() => pressed.followUps[0]);
    await pause(50);
    expect(pressed.followUps).toHaveLength(1);
    const shared = pressed.followUps[0];
    expect(shared.flags & 64).toBe(0);
    expect(shared.allowed_mentions).toEqual({ parse: [] });
    expect(textOf(shared)).toMatch(/^Shared by <@42>\n.*answer of "list"/s);
    expect(JSON.stringify(shared)).not.toContain("custom_id");
  });

  it("do not show everybody what is for admins", async () => {
    await connect((_line, asker) => once(`admin ${asker.admin}`));
    const mine = discord().press("refresh:list", { user: "1" });
    const ours = discord().press("refresh:list", { user: "1", everybodySees: true });
    const shared = discord().press("share:list", { user: "1" });
    await until(() => mine.edits[0] && ours.edits[0] && shared.followUps[0]);
    expect(textOf(mine.message)).toContain("admin true");
    expect(textOf(ours.message)).toContain("admin false");
    expect(textOf(shared.followUps[0])).toContain("admin false");
  });

  it("say so beside the message when the command breaks", async () => {
    await connect(() => {
      throw new Error("boom");
    });
    const pressed = discord().press("refresh:list");
    await until(() => pressed.followUps[0]);
    expect(pressed.edits).toEqual([]);
    expect(textOf(pressed.followUps[0])).toContain("Something went wrong on our side");
  });
});

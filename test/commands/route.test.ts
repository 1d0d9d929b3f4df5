import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import type { Message } from "../../src/core/domain/message.ts";
import type { Reading } from "../../src/core/domain/quota.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota, snapshot, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { usageRecord } from "../fakes/usage.ts";

const person: Asker = { surface: "slack", user: "U1", admin: false };
const hour = 3_600_000;
const accounts = [
  account("claude-lan", { label: "Lan's Max" }),
  account("glm-main", { label: "GLM" }),
  account("free-one", { label: "Free" }),
];

async function setUp() {
  const house = createQuotaHouse({
    accounts,
    read: async () => ({ readings: [] }),
    combos: { coding: ["claude-lan/claude-opus-*", "glm-main/glm-4.7", "free-one"] },
    billing: { "claude-lan": "subscription", "free-one": "free" },
    pricing: ({ tokens }) => tokens.input + tokens.output,
  });
  const read = (id: string, ...readings: Reading[]) =>
    house.readQuotas.accept(snapshot(id, { readings, fetchedAt: house.clock.now() }));
  await read("claude-lan", quota({ used: 100, label: "weekly", resetsAt: start + 2 * hour }));
  await read("glm-main", quota({ used: 36, resetsAt: start + hour }));
  await house.routing.load();
  return {
    ...house,
    read,
    async answer(line: string): Promise<string> {
      const messages: Message[] = [];
      for await (const message of house.commands.answer(line, person)) messages.push(message);
      expect(messages).toHaveLength(1);
      return renderTerminal(messages[0] as Message, {
        now: start,
        timezone: "UTC",
        terminal: { width: 140, colour: false },
      });
    },
  };
}

describe("/quota route", () => {
  it("says which account to use now and why, and what comes after it", async () => {
    const { answer } = await setUp();
    const shown = await answer("route coding");
    expect(shown).toMatch(/^coding: GLM$/m);
    expect(shown).toMatch(/^Use now +GLM, glm-4.7$/m);
    expect(shown).toMatch(
      /^Why +64% left in its 5-hour window, resets in 1 h, paid, \$1.00 for a million tokens$/m,
    );
    expect(shown).toMatch(/^GLM +glm-4.7 +64%/m);
    expect(shown).toMatch(/^Free +any +\? +left unknown, free$/m);
    expect(shown).toMatch(
      /^Lan's Max +claude-opus-\* +0% +nothing is left in its weekly window, back in 2 h$/m,
    );
    expect(shown).toContain("Nobody has reported a call of this combo in the last 30 days");
  });

  it("says how a combo was used and what that saved", async () => {
    const { answer, store } = await setUp();
    const tokens = { input: 600_000, output: 400_000, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
    await store.ledger.append([
      usageRecord("1", {
        account: "glm-main",
        model: "glm-4.7",
        combo: "coding",
        tokens,
        costMicros: 250_000,
      }),
      usageRecord("2", { account: "free-one", model: "glm-4.7", combo: "coding", tokens, costBasis: "free" }),
    ]);
    const shown = await answer("route coding");
    expect(shown).toMatch(/^GLM +1 +50% +\$0.25 +–$/m);
    expect(shown).toContain(
      "Billed $0.25 for 2 calls: $1.75 less than the $2.00 at list price with claude-lan/claude-opus-*.",
    );
  });

  it("says when something comes back where nothing can be used", async () => {
    const { answer, read, routing } = await setUp();
    await read("glm-main", quota({ used: 100, resetsAt: start + hour }));
    await read("free-one", quota({ used: 100, resetsAt: start + 5 * hour }));
    await routing.sweep();
    const shown = await answer("route coding");
    expect(shown).toMatch(/^coding: nothing can be used now$/m);
    expect(shown).toMatch(/^Back +in 1 h$/m);
  });

  it("says that somebody only stands in, and that a budget restricts what is used", async () => {
    const { answer, routing, store } = await setUp();
    await routing.reportLimit({
      account: "glm-main",
      told: { kind: "rate", until: start + 60_000, reason: "Calls come too fast" },
    });
    const shown = await answer("route coding");
    expect(shown).toMatch(/^Stands in for +glm-main\/glm-4.7$/m);
    expect(shown).toContain("it was refused: Calls come too fast, back in 1 min");
    await store.settings.set("route mode", { to: "free", budget: "daily", until: "2026-11-22" });
    await routing.sweep();
    expect(await answer("route coding")).toMatch(/^Budget +daily is exceeded: only free accounts are used$/m);
  });

  it("answers a model too, a name that nobody knows with the nearest, and no name with what there is", async () => {
    const { answer, routing, commands } = await setUp();
    routing.recorded([{ account: "free-one", model: "nova-3" }]);
    expect(await answer("route nova-3")).toMatch(/^nova-3: Free$/m);
    expect(await answer("route nova-4")).toContain('Did you mean "nova-3"?');
    expect(await answer("route")).toContain("Combos and models here: coding, nova-3.");
    expect(commands.complete("route", "route", "NO")).toEqual([{ label: "nova-3", value: "nova-3" }]);
    expect(commands.complete("route", "route", "")).toHaveLength(2);
  });
});

describe("/quota suggest", () => {
  it("says what it lacks while there is not enough data", async () => {
    const { answer } = await setUp();
    expect(await answer("suggest")).toContain(
      "Nothing to suggest yet: it needs 14 days of data, and there are 0 days.",
    );
  });

  it("tells each suggestion with its numbers", async () => {
    const { answer, store, routing, clock } = await setUp();
    await store.ledger.append([
      usageRecord("1", { account: "glm-main", model: "glm-4.7", costMicros: 6_000_000 }),
      usageRecord("2", { account: "free-one", model: "glm-4.7", costBasis: "free" }),
    ]);
    clock.advance(hour);
    await routing.sweep();
    const shown = await answer("suggest");
    expect(shown).toContain("Free elsewhere");
    expect(shown).toContain(
      "glm-4.7 with GLM was billed $6.00 for 1 call in 30 days. Free has this model for free.",
    );
  });
});

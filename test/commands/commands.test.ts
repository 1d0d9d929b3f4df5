import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import type { Account } from "../../src/core/domain/account.ts";
import type { Message } from "../../src/core/domain/message.ts";
import { AppError } from "../../src/core/errors.ts";
import type { ProviderReading } from "../../src/core/provider.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";

const person: Asker = { surface: "terminal", admin: false };
const admin: Asker = { surface: "terminal", admin: true };
const hour = 3_600_000;

const accounts = [
  account("claude-lan", { label: "Lan's Max" }),
  account("glm-main", { label: "GLM" }),
  account("money"),
];

async function read(one: Account): Promise<ProviderReading> {
  if (one.id === "money")
    return { readings: [{ kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: 10 }] };
  if (one.id === "glm-main") {
    return {
      plan: "Pro",
      readings: [quota({ used: 10_560, limit: 12_000, unit: "credits", resetsAt: start + 2 * hour })],
    };
  }
  return {
    plan: "Max 20x",
    readings: [
      quota({ used: 37, resetsAt: start + 2 * hour }),
      quota({ id: "weekly", label: "weekly", windowSeconds: 604_800, used: 41, resetsAt: start + 90 * hour }),
      { kind: "spend", id: "extra", label: "Extra usage", unit: "usd", used: 12.33, limit: 50 },
    ],
  };
}

function text(message: Message | undefined): string {
  if (message === undefined) throw new Error("There was no message.");
  return renderTerminal(message, { now: start, timezone: "UTC", terminal: { width: 110, colour: false } });
}

async function answers(
  line: string,
  asker = person,
  house = createQuotaHouse({ accounts, read }),
): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of house.commands.answer(line, asker)) messages.push(message);
  return messages;
}

async function finalAnswer(line: string, asker = person): Promise<string> {
  return text((await answers(line, asker)).at(-1));
}

describe("/quota", () => {
  it("lists every account, worst first, with what is left, the window that counts and its reset", async () => {
    expect(await finalAnswer("")).toMatchInlineSnapshot(`
      "Quota

         Account                Left         Window  Resets
      ▲  GLM        █░░░░░░░░░  12% left     5-hour  in 2 h       Acme Pro
      ✓  Lan's Max  ██████░░░░  59% left     weekly  in 3 d 18 h  Acme Max 20x
      ✓  money                  $10.00 left                       Acme

      Numbers read just now."
    `);
  });

  it("lists only what is meant when a provider or an account follows", async () => {
    expect(await finalAnswer("glm")).not.toContain("Lan's Max");
    expect(await finalAnswer("acme")).toContain("Lan's Max");
    expect(await finalAnswer("Lan's Max")).not.toContain("GLM");
  });

  it("says how to add an account when there is none", async () => {
    const [message, ...more] = await answers("", person, createQuotaHouse({ accounts: [], read }));
    expect(more).toEqual([]);
    expect(text(message)).toContain("Add one under accounts: in quotabot.yml");
  });

  it("answers a word nobody knows with the nearest command or account", async () => {
    expect(await finalAnswer("shwo")).toContain("Did you mean /quota show?");
    expect(await finalAnswer("claude-lam")).toContain("Did you mean /quota show claude-lan?");
    expect(await finalAnswer("zzzzzz")).toContain("/quota help");
  });
});

describe("/quota show", () => {
  it("shows every window and amount, the plan and the state", async () => {
    expect(await finalAnswer("show claude-lan")).toMatchInlineSnapshot(`
      "Lan's Max

      Provider      Acme
      Plan          Max 20x
      State         ok
      Numbers read  just now

      ✓  5-hour  ██████░░░░  63% left  in 2 h
      ✓  weekly  ██████░░░░  59% left  in 3 d 18 h  counts first

      Extra usage  $12.33 of $50.00 used

      weekly: lasts until its reset at 12.6% a day (mean of 3 d 6 h)."
    `);
  });

  it("says when a quota runs out before its reset, and what that rests on", async () => {
    expect(await finalAnswer("show glm")).toContain(
      "5-hour: runs out in 24 min, 1 h 35 min before the reset (mean of 3 h).",
    );
  });

  it("says so when the provider tells no quota", async () => {
    const house = createQuotaHouse({ accounts: [account("a")], read: async () => ({ readings: [] }) });
    expect(text((await answers("show a", person, house)).at(-1))).toContain(
      "The provider tells no quota for this account.",
    );
  });

  it("asks for the account when none is named", async () => {
    expect(await finalAnswer("show")).toContain("/quota show ACCOUNT|PROVIDER");
  });

  it("answers an account nobody knows with the nearest one", async () => {
    expect(await finalAnswer("show glm-mian")).toContain("Did you mean /quota show glm-main?");
  });

  it("shows who has reserved tokens of the account", async () => {
    const using = [
      { account: "a", agent: "agent-7", tokens: 15_000, used: 3_000 },
      { account: "other", agent: "agent-8", tokens: 100, used: 0 },
    ];
    const house = createQuotaHouse({
      accounts: [account("a")],
      read: async () => ({ readings: [quota()] }),
      using: async () => using,
    });
    const answer = text((await answers("show a", person, house)).at(-1));
    expect(answer).toContain("Reserved by   agent-7 (3,000 of 15,000 tokens)");
    expect(answer).not.toContain("agent-8");
  });

  it("shows the page where an account can be put right to admins alone", async () => {
    const house = () =>
      createQuotaHouse({
        accounts: [account("a")],
        read: () =>
          Promise.reject(
            new AppError("provider_needs_action", "Verify.", { actionUrl: "https://example.invalid/verify" }),
          ),
      });
    const forPerson = JSON.stringify(await answers("show a", person, house()));
    expect(forPerson).not.toContain("example.invalid");
    expect(forPerson).toContain("An admin of this bot can see the link.");
    expect(JSON.stringify(await answers("show a", admin, house()))).toContain(
      "https://example.invalid/verify",
    );
    expect(JSON.stringify(await answers("", admin, house()))).not.toContain("example.invalid");
  });
});

describe("/quota resets", () => {
  it("tells when what comes back, soonest first", async () => {
    expect(await finalAnswer("resets")).toMatchInlineSnapshot(`
      "Resets

      Account    Window  Left  Resets       At
      GLM        5-hour   12%  in 2 h       05:00
      Lan's Max  5-hour   63%  in 2 h       05:00
      Lan's Max  weekly   59%  in 3 d 18 h  Wed 25 Nov 21:00"
    `);
  });
});

it("/quota resets leaves out counters that nothing comes back to", async () => {
  const house = createQuotaHouse({
    accounts: [account("a")],
    read: async () => ({
      readings: [
        { kind: "spend", id: "today", label: "Today", unit: "usd", used: 1, resetsAt: start + hour },
        { kind: "spend", id: "cap", label: "Capped", unit: "usd", used: 1, limit: 5, resetsAt: start + hour },
      ],
    }),
  });
  const resets = text((await answers("resets", person, house)).at(-1));
  expect(resets).toContain("Capped");
  expect(resets).not.toContain("Today");
});

describe("/quota help", () => {
  it("names every command with its use", async () => {
    const help = await finalAnswer("help");
    for (const spec of createQuotaHouse({ accounts, read }).commands.specs)
      expect(help).toContain(`/quota ${spec.name}`);
  });
});

describe("an answer", () => {
  it("comes at once and says what is being read, then again with the numbers", async () => {
    const finish = new Map<string, () => void>();
    const house = createQuotaHouse({
      accounts,
      read: (one) => new Promise((resolve) => void finish.set(one.id, () => resolve(read(one)))),
    });
    const stream = house.commands.answer("", person)[Symbol.asyncIterator]();
    const first = text((await stream.next()).value);
    expect(first).toContain("Reading 3 accounts: GLM, Lan's Max and money …");
    finish.get("glm-main")?.();
    const second = text((await stream.next()).value);
    expect(second).toContain("12% left");
    expect(second).toContain("Reading 2 accounts");
    for (const end of finish.values()) end();
    const last = text((await stream.next()).value);
    expect(last).toContain("59% left");
    expect(last).not.toContain("Reading");
    expect((await stream.next()).done).toBe(true);
  });

  it("is the last snapshot alone when nothing may be read again yet, and a refresh says until when", async () => {
    const house = createQuotaHouse({ accounts, read });
    await answers("", person, house);
    house.clock.advance(60_000);
    expect(await answers("", person, house)).toHaveLength(1);
    const refreshed: Message[] = [];
    for await (const message of house.commands.answer("", person, { refresh: true })) refreshed.push(message);
    expect(refreshed).toHaveLength(1);
    expect(refreshed[0]?.footer).toEqual([
      expect.stringContaining("the next read is "),
      { instant: start + 5 * 60_000, style: "countdown" },
      ".",
    ]);
  });

  it("carries its own command line on its buttons", async () => {
    const [message] = await answers("show glm");
    expect(message?.blocks.at(-1)).toEqual({
      type: "actions",
      actions: [
        { id: "refresh", label: "Refresh", command: "show glm" },
        { id: "share", label: "Share", command: "show glm" },
      ],
    });
  });

  it("shows a failed account with its last numbers, their age and the reason in words", async () => {
    let fails = false;
    const house = createQuotaHouse({
      accounts: [account("a", { label: "Lan's Max" })],
      read: (one) =>
        fails
          ? Promise.reject(new AppError("provider_auth_rejected", "Sign in."))
          : read({ ...one, id: "claude-lan" }),
    });
    await answers("", person, house);
    fails = true;
    house.clock.advance(41 * 60_000);
    const message = (await answers("", person, house)).at(-1);
    expect(
      renderTerminal(message as Message, {
        now: house.clock.now(),
        timezone: "UTC",
        terminal: { width: 110, colour: false },
      }),
    ).toMatch(/⊘\s+Lan's Max .* 59% left .*sign in again, as of 41 min ago/);
  });
});

describe("completion", () => {
  const { commands } = createQuotaHouse({ accounts, read });

  it("offers accounts and providers by any part of their names", () => {
    expect(commands.complete("show", "target", "lan").map((choice) => choice.value)).toEqual(["claude-lan"]);
    expect(commands.complete("show", "target", "").map((choice) => choice.value)).toEqual([
      "claude-lan",
      "glm-main",
      "money",
      "acme",
    ]);
    expect(commands.complete("show", "target", "ac")).toEqual([{ label: "Acme (all 3)", value: "acme" }]);
  });

  it("offers nothing for a parameter that does not exist", () => {
    expect(commands.complete("help", "target", "a")).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { createSendDigests } from "../../src/core/services/send-digest.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, createKeptChannel, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";

const hour = 3_600_000;
const everyDay = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const accounts = [
  account("full", { label: "GLM" }),
  account("fine", { label: "Octo" }),
  account("out", { label: "CI seat" }),
];

function setUp(rest: { at?: string; days?: readonly string[]; timezone?: string } = {}) {
  const house = createQuotaHouse({
    accounts,
    async read(one) {
      if (one.id === "out") throw new AppError("provider_auth_rejected", "Sign in.");
      return { readings: [quota({ used: one.id === "full" ? 100 : 26, resetsAt: start + 2 * hour })] };
    },
  });
  const channel = createKeptChannel();
  const digests = createSendDigests({
    plans: [{ channel, at: rest.at ?? "04:00", days: rest.days ?? everyDay }],
    accounts,
    reports: house.reports,
    settings: house.store.settings,
    clock: house.clock,
    timezone: rest.timezone ?? "UTC",
    log: house.log,
  });
  return { ...house, channel, digests };
}

describe("the digest", () => {
  it("goes out once a day, at its time of day", async () => {
    const { digests, channel, clock } = setUp();
    await digests.sendDue();
    clock.advance(hour - 60_000);
    await digests.sendDue();
    expect(channel.posts).toHaveLength(0);
    clock.advance(60_000);
    await digests.sendDue();
    await digests.sendDue();
    expect(channel.posts).toHaveLength(1);
    clock.advance(24 * hour);
    await digests.sendDue();
    expect(channel.posts).toHaveLength(2);
  });

  it("goes out later the same day when the machine slept over its time", async () => {
    const { digests, channel, clock } = setUp();
    await digests.sendDue();
    clock.advance(9 * hour);
    await digests.sendDue();
    expect(channel.posts).toHaveLength(1);
  });

  it("does not go out at once when it is set up after its time", async () => {
    const { digests, channel } = setUp({ at: "01:00" });
    await digests.sendDue();
    await digests.sendDue();
    expect(channel.posts).toHaveLength(0);
  });

  it("keeps to its days and to the team's zone", async () => {
    // 03:00 UTC on Sunday 22 November is 22:00 on Saturday in New York.
    const { digests, channel, clock } = setUp({ at: "23:00", days: ["sat"], timezone: "America/New_York" });
    await digests.sendDue();
    clock.advance(hour);
    await digests.sendDue();
    expect(channel.posts).toHaveLength(1);
    clock.advance(24 * hour);
    await digests.sendDue();
    expect(channel.posts).toHaveLength(1);
  });

  it("stays due when it cannot be posted", async () => {
    const { digests, channel, clock } = setUp();
    await digests.sendDue();
    clock.advance(hour);
    channel.broken = true;
    await digests.sendDue();
    channel.broken = false;
    await digests.sendDue();
    expect(channel.posts).toHaveLength(1);
  });

  it("says what is low, what comes back today and which accounts need a hand", async () => {
    const { digests, channel, clock, readQuotas } = setUp();
    await digests.sendDue();
    await readQuotas.read(accounts, "due");
    clock.advance(hour);
    await digests.sendDue();
    const [message] = channel.posts;
    if (message === undefined) throw new Error("There was no digest.");
    const text = renderTerminal(message, {
      now: clock.now(),
      timezone: "UTC",
      terminal: { width: 100, colour: false },
    });
    expect(text).toMatchInlineSnapshot(`
      "Daily digest

         Account              Left     Window  Resets
      ✗  GLM      ░░░░░░░░░░  0% left  5-hour  in 1 h  as of 1 h ago  Acme

      Needs a hand

      CI seat  sign in again

      3 accounts watched, 2 in order."
    `);
  });
});

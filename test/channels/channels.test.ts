import { describe, expect, it, onTestFinished } from "vitest";
import { createChannels } from "../../src/channels/channels.ts";
import { createManualClock } from "../fakes/core.ts";
import { createMailbox } from "./mailbox.ts";
import { plain } from "./messages.ts";
import { createReceiver } from "./receiver.ts";

const about = { clock: createManualClock(), timezone: "UTC", version: "1" };

describe("the named channels of a configuration", () => {
  it("are found by kind and name, and reach their webhook or mailbox", async () => {
    const receiver = await createReceiver();
    const box = await createMailbox();
    const { channels, stop } = createChannels({
      ...about,
      channels: { ops: { webhook: receiver.url, secret: "s" }, boss: { email: "boss@a.test" } },
      email: { url: `smtp://${box.address}`, from: "bot@a.test" },
    });
    onTestFinished(stop);
    expect([...channels.keys()]).toEqual(["webhook:ops", "email:boss"]);
    for (const [id, channel] of channels) {
      expect(channel.id).toBe(id);
      await channel.post(plain);
    }
    expect(receiver.received[0]?.headers["x-quotabot-signature"]).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(box.mails.map(({ to }) => to)).toEqual([["boss@a.test"]]);
  });

  it("are none where nothing is configured", async () => {
    const { channels, stop } = createChannels({ ...about, channels: {} });
    expect(channels.size).toBe(0);
    await stop();
  });

  it("take nothing more once they are stopped", async () => {
    const receiver = await createReceiver(() => {});
    const { channels, stop } = createChannels({ ...about, channels: { ops: { webhook: receiver.url } } });
    const post = channels.get("webhook:ops")?.post(plain);
    const refused = expect(post).rejects.toMatchObject({ code: "delivery_failed" });
    await expect.poll(() => receiver.received.length).toBe(1);
    await stop();
    await refused;
    await expect(channels.get("webhook:ops")?.post(plain)).rejects.toMatchObject({ code: "delivery_failed" });
  });
});

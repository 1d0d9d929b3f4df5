import { afterEach, beforeEach, expect } from "vitest";
import { startBot } from "../fakes/discord/bot.ts";
import { type FakeDiscord, startFakeDiscord } from "../fakes/discord/server.ts";

/** A fresh server per test; bots are stopped after it, and no promise may have been rejected unseen. */
export function useDiscord() {
  const bots: { stop(): Promise<void> }[] = [];
  const unseen: unknown[] = [];
  const note = (error: unknown) => void unseen.push(error);
  let fake: FakeDiscord | undefined;

  beforeEach(async () => {
    fake = await startFakeDiscord({ heartbeatInterval: 200 });
    process.on("unhandledRejection", note);
  });
  afterEach(async () => {
    await Promise.all(bots.splice(0).map((bot) => bot.stop()));
    await fake?.close();
    process.off("unhandledRejection", note);
    expect(unseen.splice(0)).toEqual([]);
  });

  function discord(): FakeDiscord {
    if (fake === undefined) throw new Error("Only inside a test");
    return fake;
  }

  return {
    discord,
    /** A bot that has tried to connect. */
    async connect(
      answer: Parameters<typeof startBot>[1],
      changes?: Parameters<typeof startBot>[2],
    ): Promise<ReturnType<typeof startBot>> {
      const bot = startBot(discord(), answer, changes);
      bots.push(bot);
      await bot.start();
      return bot;
    },
  };
}

import type { Message } from "../domain/message.ts";
import { isAppError } from "../errors.ts";
import { testMessage } from "../messages/channel-test.ts";

/** Channels that a test message can be posted to, whether or not a bot runs. */
export interface TestChannels {
  /** Those that alerts and digests go to. */
  ids: readonly string[];
  /** Posts once. Throws delivery_failed or delivery_refused. */
  post(id: string, message: Message): Promise<void>;
}

/** What has come of a test of one channel. */
export interface TestResult {
  channel: string;
  ok: boolean;
  /** Why it was not posted, and what to do. */
  reason?: string | undefined;
}

/** Milliseconds that a channel may take. */
const patience = 20_000;

/** Posts a test message to each of the channels, and tells how that went, in their order. Never throws. */
export function sendTests(
  ids: readonly string[],
  options: {
    post: TestChannels["post"];
    /** Resolves after so many milliseconds of real time. */
    sleep(milliseconds: number): Promise<void>;
  },
): Promise<readonly TestResult[]> {
  return Promise.all(
    ids.map(async (channel): Promise<TestResult> => {
      try {
        const late = options.sleep(patience).then(() => "late" as const);
        const outcome = await Promise.race([options.post(channel, testMessage(channel)), late]);
        return outcome === "late" ? { channel, ok: false, reason: noAnswer } : { channel, ok: true };
      } catch (error) {
        return { channel, ok: false, reason: isAppError(error) ? error.message : unforeseen };
      }
    }),
  );
}

const noAnswer = "It does not answer. Whether the message arrived cannot be told.";
const unforeseen = "It failed in a way that is not foreseen.";

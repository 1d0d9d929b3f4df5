import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { type Bot, postToBot } from "./report-bot.ts";

const patience = 30_000;
const tries = 5;
const longestPause = 60_000;

const answerFields = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.array(z.object({ index: z.number(), message: z.string() })),
});
const failureFields = z.object({ error: z.object({ message: z.string() }) });

/** What became of records: new ones, ones that were known before, and ones that the bot does not take. */
export type Delivered = z.output<typeof answerFields>;

/**
 * Sends usage records, and resolves once the bot has them on disk. While it asks for patience, it gets some.
 * @throws delivery_failed when it is not reached, delivery_refused when it does not want them: nothing is lost then
 */
export async function deliverRecords(bot: Bot, records: readonly object[]): Promise<Delivered> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await postToBot(bot, "api/v1/usage", records, AbortSignal.timeout(patience));
    if (response === undefined) {
      throw new AppError(
        "delivery_failed",
        `No bot answers at ${bot.base.origin}. Nothing is lost: run it again.`,
      );
    }
    const body: unknown = await response.json().catch(() => undefined);
    const answer = answerFields.safeParse(body).data;
    if (response.ok && answer !== undefined) return answer;
    const busy = response.status === 429 || response.status === 503;
    if (!busy || attempt === tries) throw failureOf(response.status, body);
    await sleep(pauseAfter(response, attempt));
  }
}

/** Milliseconds until the next try: as the bot asks, else longer each time. */
function pauseAfter(response: Response, attempt: number): number {
  const asked = Number(response.headers.get("retry-after"));
  return Math.min(asked > 0 ? asked * 1000 : 500 * 2 ** attempt, longestPause);
}

function failureOf(status: number, body: unknown): AppError {
  const said = failureFields.safeParse(body).data?.error.message;
  const because = said === undefined ? "" : `: ${said}`;
  if (status === 401 || status === 403) {
    const remedy = "Set QUOTABOT_KEY to a key of it with the scope ingest.";
    return new AppError("delivery_refused", `The bot refuses the key (HTTP ${status})${because} ${remedy}`);
  }
  if (status === 404) {
    return new AppError("delivery_refused", "The bot takes no usage records (HTTP 404). Is it an older one?");
  }
  return new AppError("delivery_failed", `The bot did not take the records (HTTP ${status})${because}`);
}

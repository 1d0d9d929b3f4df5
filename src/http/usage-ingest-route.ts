import type { Recorded } from "../core/services/record-usage.ts";
import { answerAtOnce } from "./answers.ts";
import { mediaType, textOf } from "./bodies.ts";
import type { BodyRoute } from "./route.ts";
import type { RecordedAnswer } from "./schemas/ingest-answers.ts";

/** Who reports: the name of the key. */
export interface Reporter {
  key: string;
}

/**
 * Takes in a text of usage records: JSON with one or a list of them, or a line for each.
 * @throws request_invalid when it cannot be read, store_unavailable when nothing could be kept
 */
export type RecordUsageText = (
  body: { text: string; contentType: string },
  caller: Reporter,
) => Promise<Recorded>;

/** Media types that usage records come as; what curl and others say who do not say what they send is taken too. */
export const usageTypes = [
  "application/json",
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
  "text/plain",
  "application/x-www-form-urlencoded",
  "",
] as const;

/** Takes in usage records; answers once they are durable. Those it cannot take are told by their place. */
export function usageIngestRoute(record: RecordUsageText): BodyRoute {
  return async (context, body, caller) => {
    const contentType = mediaType(context.req.header("content-type"));
    const text = textOf(body);
    const { accepted, duplicates, rejected } = await record({ text, contentType }, { key: caller.name });
    const answer: RecordedAnswer = { accepted, duplicates, rejected: [...rejected] };
    return answerAtOnce(context, JSON.stringify(answer), "application/json");
  };
}

import { z } from "zod";
import { scaled } from "./decimal.ts";
import { instantField } from "./instant.ts";
import { readOutcome } from "./outcome.ts";
import { countHint, isPlainText, readCount, textHint } from "./values.ts";

/** Null and blank text mean that a field is not told. */
function given(written: unknown): boolean {
  return written !== null && !(typeof written === "string" && written.trim() === "");
}

/**
 * A field that may be left out, null or blank, and takes what `isTaken` says; `told` is the part of that which clients should
 * send, as JSON Schema.
 */
function field(
  isTaken: (written: unknown) => boolean,
  hint: string,
  told: Readonly<Record<string, unknown>>,
) {
  return z
    .unknown()
    .refine((written) => written === undefined || !given(written) || isTaken(written), hint)
    .optional()
    .meta(told);
}

const most = 2 ** 40;
const line = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]*$";

const name = (description: string) =>
  field((written) => typeof written === "string" && isPlainText(written.trim()), textHint, {
    ...{ description, type: ["string", "null"], maxLength: 200, pattern: line },
  });
const count = (description: string) =>
  field((written) => readCount(written) !== undefined, countHint, {
    ...{ description, type: ["integer", "null"], minimum: 0, maximum: most },
  });
const decimal = (places: number, description: string) =>
  field(
    (written) =>
      (typeof written === "number" || typeof written === "string") && scaled(written, places) !== undefined,
    "must be a number of at least 0, and not a huge one",
    { description, type: ["number", "null"], minimum: 0, maximum: most / 10 ** places },
  );
const text = (description: string) => z.string("must be text").nullish().meta({ description });

/** Any of these left out, null or blank is unknown; other keys are passed over. */
const tokens = z.looseObject(
  {
    input: count("Without cached input"),
    output: count("Without reasoning"),
    cacheRead: count("Input read from a cache"),
    cacheWrite: count("Input written to a cache"),
    reasoning: count("Tokens of thought"),
  },
  "must be an object",
);

/**
 * A usage record as `readUsageRecord` takes it, for documents and tests: it takes and refuses the same, and its JSON Schema
 * is the strict part of that, without numbers as text. The parser is written by hand because it reads fifty thousand at once.
 */
export const usageRecordSchema = z
  .looseObject({
    id: name("Makes it count once; left out: a digest of what the record tells"),
    at: z
      .preprocess((written) => (given(written) ? written : undefined), instantField.optional())
      .meta({ description: "When the call ended; left out: now" }),
    account: name("Id of the account; left out: found by provider and model, as far as that is clear"),
    provider: name("Id of the provider"),
    model: name("The model"),
    user: name("Who asked: kept, hashed or dropped as `privacy.users` says"),
    agent: name("Which agent asked"),
    operation: name("What was done"),
    task: name("The type of the task"),
    combo: name("The combo that chose the account"),
    service: name("The program that made the call"),
    tokens: z.preprocess((written) => (given(written) ? written : undefined), tokens.optional()),
    inputText: text("Counted instead of `tokens.input`, and not kept"),
    outputText: text("Counted instead of `tokens.output`, and not kept"),
    audioSeconds: decimal(3, "Seconds of audio"),
    costUsd: decimal(6, "What it cost; left out: by the price list"),
    durationMs: decimal(0, "How long it took"),
    outcome: field(
      (written) => readOutcome(written) !== undefined,
      "must be a short word such as ok or timeout",
      {
        description: "`ok`, or in a word what went wrong; left out: ok",
        ...{ type: ["string", "null"], pattern: "^[a-z]([a-z0-9_.:-]{0,38}[a-z0-9])?$" },
      },
    ),
  })
  .meta({ id: "UsageRecord" });

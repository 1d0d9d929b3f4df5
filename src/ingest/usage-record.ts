import { createHash } from "node:crypto";
import type { Tokens } from "../core/domain/usage.ts";
import type { Reported, UsageDraft } from "../core/services/record-usage.ts";
import { scaled } from "./decimal.ts";
import { estimateTokens } from "./estimate.ts";
import { instantHint, readInstant } from "./instant.ts";
import { readOutcome } from "./outcome.ts";
import { countHint, isPlainText, readCount, textHint } from "./values.ts";

type Written = Readonly<Record<string, unknown>>;
/** Takes note of a field that cannot be understood, and gives undefined in its place. */
type Refuse = (field: string, hint: string) => undefined;

const names = [
  "id",
  "account",
  "provider",
  "model",
  "user",
  "agent",
  "operation",
  "task",
  "combo",
  "service",
] as const satisfies readonly (keyof UsageDraft)[];

const classes = ["input", "output", "cacheRead", "cacheWrite", "reasoning"] as const;

/**
 * One usage record as the HTTP API takes it. Lenient: null and empty text mean absent, numbers may be text, unknown keys
 * are passed over. `service` names the program that made the call, and a `source` of "logs" says that it was read from that
 * program's logs. Where `tokens` does not tell input or output, `inputText` and `outputText` are counted instead, and
 * dropped; a record without an id is recognised by a digest of them. What a field cannot mean (negative, a fraction of a token, text of more than 200 characters or of several
 * lines) makes the whole record a problem that names every such field, without its value.
 */
export function readUsageRecord(item: unknown): Reported {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    return { problem: "The record is not a JSON object." };
  }
  const written = item as Written;
  const problems: string[] = [];
  const refuse: Refuse = (field, hint) => {
    problems.push(`${field} ${hint}`);
    return undefined;
  };
  const draft: UsageDraft = { source: written.source === "logs" ? "logs" : "api" };
  for (const name of names) {
    const value = nameIn(written, name, refuse);
    if (value !== undefined) draft[name] = value;
  }
  draft.at = given(written.at) ? (readInstant(written.at) ?? refuse("at", instantHint)) : undefined;
  Object.assign(draft, tokensOf(written, refuse));
  const content = contentOf(written, draft);
  if (content !== undefined) draft.content = content;
  draft.audioMs = decimalIn(written, "audioSeconds", 3, refuse);
  draft.costMicros = decimalIn(written, "costUsd", 6, refuse);
  draft.durationMs = decimalIn(written, "durationMs", 0, refuse);
  draft.outcome = given(written.outcome)
    ? (readOutcome(written.outcome) ?? refuse("outcome", "must be a short word such as ok or timeout"))
    : undefined;
  return problems.length === 0 ? draft : { problem: `${problems.join("; ")}.` };
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === "string" && value.trim() === "");
}

function nameIn(written: Written, name: string, refuse: Refuse): string | undefined {
  const value = written[name];
  if (!given(value)) return undefined;
  const text = typeof value === "string" ? value.trim() : undefined;
  return text !== undefined && isPlainText(text) ? text : refuse(name, textHint);
}

/** A decimal number that is not negative, in units of this many places behind the point. */
function decimalIn(written: Written, name: string, places: number, refuse: Refuse): number | undefined {
  const value = written[name];
  if (!given(value)) return undefined;
  const number = typeof value === "number" || typeof value === "string" ? scaled(value, places) : undefined;
  return number ?? refuse(name, "must be a number of at least 0, and not a huge one");
}

function tokensOf(written: Written, refuse: Refuse): Pick<UsageDraft, "tokens" | "estimated"> {
  const tokens: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
  const told = new Set<string>();
  const record = written.tokens;
  if (given(record)) {
    if (typeof record !== "object" || Array.isArray(record))
      return refuse("tokens", "must be an object") ?? {};
    for (const name of classes) {
      const value = (record as Written)[name];
      if (!given(value)) continue;
      told.add(name);
      tokens[name] = readCount(value) ?? refuse(`tokens.${name}`, countHint) ?? 0;
    }
  }
  let estimated: true | undefined;
  for (const name of ["input", "output"] as const) {
    const text = written[`${name}Text`];
    if (text === undefined || text === null) continue;
    if (typeof text !== "string") refuse(`${name}Text`, "must be text");
    else if (!told.has(name)) {
      told.add(name);
      estimated = true;
      tokens[name] = estimateTokens(text);
    }
  }
  if (told.size === 0) return {};
  return estimated ? { tokens, estimated } : { tokens };
}

/** A digest of the texts, where a record has no id to be recognised by. */
function contentOf({ inputText, outputText }: Written, { id }: UsageDraft): string | undefined {
  const texts = [inputText, outputText].map((text) => (typeof text === "string" ? text : null));
  if (id !== undefined || texts.every((text) => text === null)) return undefined;
  return createHash("sha256").update(JSON.stringify(texts)).digest("base64url");
}

import type { Instant } from "../../core/domain/quota.ts";
import type { UsageDraft } from "../../core/services/record-usage.ts";
import { inRange } from "../instant.ts";
import { outcomeOfStatus, readOutcome } from "../outcome.ts";
import { isPlainText, readCount } from "../values.ts";
import type { Attribute, Attributes } from "./request.ts";

/** Whose tool reported: what tells one person's telemetry from another's. */
export interface OtlpSource {
  service: string;
  user?: string | undefined;
  host?: string | undefined;
}

/** The first of the attributes that is a short text, or a number as text. */
export function textOf(attributes: Attributes, ...keys: string[]): string | undefined {
  for (const key of keys) {
    const value = attributes.get(key);
    const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
    if (text !== "" && isPlainText(text)) return text;
  }
  return undefined;
}

/** The first of the attributes that is a count, as a number or as text. */
export function countOf(attributes: Attributes, ...keys: string[]): number | undefined {
  for (const key of keys) {
    const count = readCount(attributes.get(key));
    if (count !== undefined) return count;
  }
  return undefined;
}

/** A time in milliseconds as a whole number, however finely it was told. */
export function millisecondsOf(attributes: Attributes, key: string): number | undefined {
  const value = Number(attributes.get(key) ?? Number.NaN);
  return readCount(Math.round(value));
}

/**
 * Who and what a record of a program is about: the model, the person by address or else by id, and its part in the
 * program's work. Sessions and conversations are no agents, and are kept nowhere.
 */
export function commonOf(resource: Attributes, attributes: Attributes): UsageDraft {
  return {
    source: "otlp",
    service: textOf(resource, "service.name"),
    model: textOf(attributes, "model", "model_name"),
    user: textOf(attributes, ...userKeys) ?? textOf(resource, ...userKeys),
    agent: textOf(attributes, "agent.name"),
    operation: textOf(attributes, "query_source", "role"),
  };
}

const userKeys = ["user.email", "user.account_uuid", "user.account_id", "user.id"];

/** The source of a record with these facts. */
export function sourceOf(resource: Attributes, { service, user }: UsageDraft): OtlpSource {
  return { service: service ?? "", user: user?.toLowerCase(), host: textOf(resource, "host.name") };
}

/** How a call failed, in a word: by its HTTP status, or else by the kind of error, where that is one word. */
export function failureOf(attributes: Attributes, statusKeys: string[], errorKeys: string[]): string {
  const status = countOf(attributes, ...statusKeys);
  if (status !== undefined && status >= 300 && status < 600) return outcomeOfStatus(status);
  for (const key of errorKeys) {
    const told = textOf(attributes, key) ?? "";
    const word = /\s/.test(told) ? undefined : readOutcome(told);
    if (word !== undefined && word !== "ok") return word;
  }
  return "error";
}

/** What is left of a count without the parts that it includes. */
export function without(total: number, ...parts: number[]): number {
  return Math.max(0, total - parts.reduce((sum, part) => sum + part, 0));
}

/** The millisecond of an instant in nanoseconds; undefined when it does not lie in this century. */
export function instantOf(nanos: bigint | undefined): Instant | undefined {
  return nanos === undefined ? undefined : inRange(Number(nanos / 1_000_000n));
}

/** Attributes as a list in one order, for digests. */
export function listOf(attributes: Attributes, leftOut?: string): [string, Attribute][] {
  return [...attributes].filter(([key]) => key !== leftOut).sort(([one], [other]) => (one < other ? -1 : 1));
}

import { AppError } from "../../core/errors.ts";

/** A value of an attribute; lists, maps and bytes are none that we use. */
export type Attribute = string | number | boolean;
export type Attributes = ReadonlyMap<string, Attribute>;

/** A log record: something that happened, described by its attributes. */
export interface OtlpLog {
  resource: Attributes;
  attributes: Attributes;
  /** The body where it is a short text, such as the name of the event. */
  body?: string | undefined;
  /** Nanoseconds since epoch: when it happened, and when it was noticed. */
  nanos?: bigint | undefined;
  observedNanos?: bigint | undefined;
}

/** What a metric stood at: a point of a sum, or of a histogram, whose value is the sum of what was measured. */
export interface OtlpPoint {
  resource: Attributes;
  metric: string;
  attributes: Attributes;
  /** Whether the value counts from the point before (1) or from `startNanos` (2). */
  temporality?: 1 | 2 | undefined;
  startNanos?: bigint | undefined;
  nanos?: bigint | undefined;
  value?: number | undefined;
}

/**
 * Items and fields that one request may bring, and attributes that are read of each item. Exporters send 512 items at a
 * time unless told otherwise, an item of 20 attributes has about 100 fields.
 */
export const limits = { items: 10_000, fields: 300_000, attributes: 128, key: 128, text: 256 };

/** @throws request_invalid */
export function refuseTooMany(most: number, what: string): never {
  const number = most.toLocaleString("en-US");
  throw new AppError("request_invalid", `The request has more than ${number} ${what}. Send smaller batches.`);
}

/**
 * Notes an attribute, within the limits. Long texts are passed over: they are prompts and answers, never what we count by.
 */
export function addAttribute(attributes: Map<string, Attribute>, key: unknown, value: Attribute | undefined) {
  if (typeof key !== "string" || key.length > limits.key || value === undefined) return;
  if (typeof value === "string" && value.length > limits.text) return;
  if (attributes.size < limits.attributes) attributes.set(key, value);
}

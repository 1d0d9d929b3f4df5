import { AppError } from "../../core/errors.ts";
import { valuesIn } from "../json-text.ts";
import { readNumber } from "../values.ts";
import {
  type Attribute,
  type Attributes,
  addAttribute,
  limits,
  type OtlpLog,
  type OtlpPoint,
  refuseTooMany,
} from "./request.ts";

type Message = Readonly<Record<string, unknown>>;

/**
 * Hands over the log records of an OTLP/JSON request. Exporters differ, so this is lenient: 64-bit integers are text or
 * numbers, fields are in camelCase or snake_case, and what is not of the expected shape is left out.
 * @throws when the body is not JSON, or not a request with logs
 */
export function jsonLogs(body: Uint8Array, take: (log: OtlpLog) => void): void {
  for (const resourceLogs of request(body, "resourceLogs")) {
    const resource = attributesOf(messageIn(resourceLogs, "resource"));
    for (const scopeLogs of messagesIn(resourceLogs, "scopeLogs")) {
      for (const record of messagesIn(scopeLogs, "logRecords")) {
        const text = field(messageIn(record, "body"), "stringValue");
        take({
          resource,
          attributes: attributesOf(record),
          body: typeof text === "string" && text.length <= limits.text ? text : undefined,
          nanos: nanosOf(field(record, "timeUnixNano")),
          observedNanos: nanosOf(field(record, "observedTimeUnixNano")),
        });
      }
    }
  }
}

/**
 * Hands over the points of the sums and histograms of an OTLP/JSON request, as leniently.
 * @throws when the body is not JSON, or not a request with metrics
 */
export function jsonPoints(body: Uint8Array, take: (point: OtlpPoint) => void): void {
  for (const resourceMetrics of request(body, "resourceMetrics")) {
    const resource = attributesOf(messageIn(resourceMetrics, "resource"));
    for (const scopeMetrics of messagesIn(resourceMetrics, "scopeMetrics")) {
      for (const metric of messagesIn(scopeMetrics, "metrics")) takePoints(resource, metric, take);
    }
  }
}

function takePoints(resource: Attributes, metric: Message, take: (point: OtlpPoint) => void): void {
  const name = metric.name;
  if (typeof name !== "string" || name.length > limits.key) return;
  for (const data of [messageIn(metric, "sum"), messageIn(metric, "histogram")]) {
    const temporality = temporalityOf(field(data, "aggregationTemporality"));
    for (const point of messagesIn(data, "dataPoints")) {
      const value = field(point, "asInt") ?? field(point, "asDouble") ?? field(point, "sum");
      take({
        resource,
        metric: name,
        attributes: attributesOf(point),
        temporality,
        startNanos: nanosOf(field(point, "startTimeUnixNano")),
        nanos: nanosOf(field(point, "timeUnixNano")),
        value: readNumber(value),
      });
    }
  }
}

function request(body: Uint8Array, name: string): Message[] {
  const text = new TextDecoder().decode(body);
  if (valuesIn(text) > limits.fields) refuseTooMany(limits.fields, "fields");
  const parsed: unknown = JSON.parse(text);
  if (!isMessage(parsed)) throw new Error("not an object");
  const resources = field(parsed, name);
  const misdirected = ["resourceLogs", "resourceMetrics", "resourceSpans"].find(
    (other) => field(parsed, other) !== undefined,
  );
  if (resources === undefined && misdirected !== undefined) {
    throw new AppError(
      "request_invalid",
      `The body has \`${misdirected}\` where \`${name}\` belongs: the exporter sends one signal to the address of another.`,
    );
  }
  if (resources !== undefined && resources !== null && !Array.isArray(resources))
    throw new Error("not a list");
  return messagesIn(parsed, name);
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const snakeCase = new Map<string, string>();

/** A field by its camelCase name, or else by its name in snake_case. */
function field(message: Message | undefined, name: string): unknown {
  if (message === undefined) return undefined;
  if (message[name] !== undefined) return message[name];
  let other = snakeCase.get(name);
  if (other === undefined) {
    other = name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
    snakeCase.set(name, other);
  }
  return message[other];
}

function messageIn(message: Message, name: string): Message | undefined {
  const value = field(message, name);
  return isMessage(value) ? value : undefined;
}

function messagesIn(message: Message | undefined, name: string): Message[] {
  const value = field(message, name);
  return Array.isArray(value) ? value.filter(isMessage) : [];
}

function attributesOf(message: Message | undefined): Attributes {
  const attributes = new Map<string, Attribute>();
  for (const { key, value } of messagesIn(message, "attributes")) {
    if (isMessage(value)) addAttribute(attributes, key, attributeOf(value));
  }
  return attributes;
}

function attributeOf(value: Message): Attribute | undefined {
  const text = field(value, "stringValue");
  if (typeof text === "string") return text;
  const flag = field(value, "boolValue");
  if (typeof flag === "boolean") return flag;
  return readNumber(field(value, "intValue")) ?? readNumber(field(value, "doubleValue"));
}

function nanosOf(value: unknown): bigint | undefined {
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return BigInt(value) || undefined;
  return typeof value === "number" && value >= 1 && value < 2 ** 64 ? BigInt(Math.round(value)) : undefined;
}

function temporalityOf(value: unknown): 1 | 2 | undefined {
  if (value === 1 || value === "1" || value === "AGGREGATION_TEMPORALITY_DELTA") return 1;
  if (value === 2 || value === "2" || value === "AGGREGATION_TEMPORALITY_CUMULATIVE") return 2;
  return undefined;
}

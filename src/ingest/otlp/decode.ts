import { AppError, isAppError } from "../../core/errors.ts";
import { jsonLogs, jsonPoints } from "./json.ts";
import { protobufLogs, protobufPoints } from "./protobuf.ts";
import { limits, type OtlpLog, type OtlpPoint, refuseTooMany } from "./request.ts";

/**
 * The log records of an OTLP/HTTP request for /v1/logs, uncompressed, in JSON or protobuf as its content type says
 * (opentelemetry-proto 1, checked 2026-11-22). What we do not use is passed over unread; an attribute that cannot be
 * understood is left out, and its record stays.
 *
 * @throws request_invalid when the body is not of that shape or too large
 */
export function decodeLogs(body: Uint8Array, contentType: string): OtlpLog[] {
  return decode<OtlpLog>(contentType, "log records", {
    json: (take) => jsonLogs(body, take),
    protobuf: (take) => protobufLogs(body, take),
  });
}

/** Likewise the points of the sums and histograms of a request for /v1/metrics. */
export function decodeMetrics(body: Uint8Array, contentType: string): OtlpPoint[] {
  return decode<OtlpPoint>(contentType, "metric points", {
    json: (take) => jsonPoints(body, take),
    protobuf: (take) => protobufPoints(body, take),
  });
}

type Decoder<Item> = (take: (item: Item) => void) => void;

function decode<Item>(
  contentType: string,
  what: string,
  decoders: { json: Decoder<Item>; protobuf: Decoder<Item> },
): Item[] {
  const encoding = encodingOf(contentType);
  if (encoding === undefined) {
    throw new AppError(
      "request_invalid",
      "OTLP is taken as application/json or application/x-protobuf. Set the exporter's protocol to http/json or http/protobuf.",
    );
  }
  const items: Item[] = [];
  const take = (item: Item) => {
    if (items.length >= limits.items) refuseTooMany(limits.items, what);
    items.push(item);
  };
  try {
    decoders[encoding](take);
  } catch (error) {
    if (isAppError(error)) throw error;
    throw new AppError("request_invalid", `The body is not an OTLP request in ${encoding}.`);
  }
  return items;
}

function encodingOf(contentType: string): "json" | "protobuf" | undefined {
  if (/\bjson\b/i.test(contentType)) return "json";
  return /protobuf\b/i.test(contentType) ? "protobuf" : undefined;
}

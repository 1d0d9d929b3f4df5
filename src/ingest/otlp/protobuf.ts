import { PbfReader } from "pbf";
import {
  type Attribute,
  addAttribute,
  limits,
  type OtlpLog,
  type OtlpPoint,
  refuseTooMany,
} from "./request.ts";

/** Types on the wire. A field that has another one than it should is passed over. */
const wire = { varint: 0, fixed64: 1, bytes: 2 };

/** With the number of fields that it has come past. */
type Reader = PbfReader & { fields: number };

/** Called at each field of a message; reads its value, or leaves it, and it is passed over. */
type OnField = (number: number, type: number, reader: Reader) => void;

/**
 * Hands over the log records of an ExportLogsServiceRequest. Depth and size are bounded by the fields read: values in
 * lists and maps are passed over.
 * @throws when the body is cut off or not protobuf
 */
export function protobufLogs(body: Uint8Array, take: (log: OtlpLog) => void): void {
  resources(body, (resource, scopeField, reader) => {
    if (scopeField !== 2) return;
    message(reader, (number, type) => {
      if (number === 2 && type === wire.bytes) take(readLog(reader, resource));
    });
  });
}

/**
 * Hands over the points of the sums and histograms of an ExportMetricsServiceRequest.
 * @throws when the body is cut off or not protobuf
 */
export function protobufPoints(body: Uint8Array, take: (point: OtlpPoint) => void): void {
  resources(body, (resource, scopeField, reader) => {
    if (scopeField !== 2) return;
    message(reader, (number, type) => {
      if (number === 2 && type === wire.bytes) for (const point of readMetric(reader, resource)) take(point);
    });
  });
}

/** Both requests begin alike: resources (1), each with its attributes (1.1) and its scopes (2). */
function resources(
  body: Uint8Array,
  onField: (resource: Map<string, Attribute>, number: number, reader: Reader) => void,
): void {
  fields(Object.assign(new PbfReader(body), { fields: 0 }), body.length, (number, type, reader) => {
    if (number !== 1 || type !== wire.bytes) return;
    const resource = new Map<string, Attribute>();
    message(reader, (inner, innerType) => {
      if (innerType !== wire.bytes) return;
      if (inner !== 1) onField(resource, inner, reader);
      else {
        message(reader, (own, ownType) => {
          if (own === 1 && ownType === wire.bytes) readAttribute(reader, resource);
        });
      }
    });
  });
}

function readLog(reader: Reader, resource: Map<string, Attribute>): OtlpLog {
  const attributes = new Map<string, Attribute>();
  const log: OtlpLog = { resource, attributes };
  message(reader, (number, type) => {
    if (number === 1 && type === wire.fixed64) log.nanos = readNanos(reader);
    else if (number === 11 && type === wire.fixed64) log.observedNanos = readNanos(reader);
    else if (number === 5 && type === wire.bytes) {
      const body = readValue(reader);
      if (typeof body === "string" && body.length <= limits.text) log.body = body;
    } else if (number === 6 && type === wire.bytes) readAttribute(reader, attributes);
  });
  return log;
}

function readMetric(reader: Reader, resource: Map<string, Attribute>): OtlpPoint[] {
  const points: OtlpPoint[] = [];
  let metric = "";
  message(reader, (number, type) => {
    if (type !== wire.bytes) return;
    if (number === 1) metric = readText(reader);
    else if (number === 7) readData(reader, resource, sumFields, points);
    else if (number === 9) readData(reader, resource, histogramFields, points);
  });
  // The name may come behind the points.
  return metric.length > limits.key ? [] : points.map((point) => ({ ...point, metric }));
}

/** Numbers of the fields in which the points of a sum and of a histogram differ. */
interface PointFields {
  attributes: number;
  double: number;
  integer?: number;
}
const sumFields: PointFields = { attributes: 7, double: 4, integer: 6 };
const histogramFields: PointFields = { attributes: 9, double: 5 };

function readData(
  reader: Reader,
  resource: Map<string, Attribute>,
  layout: PointFields,
  points: OtlpPoint[],
): void {
  const first = points.length;
  let temporality: 1 | 2 | undefined;
  message(reader, (number, type) => {
    if (number === 1 && type === wire.bytes && points.length < limits.items + 1) {
      points.push(readPoint(reader, resource, layout));
    } else if (number === 2 && type === wire.varint) {
      const value = reader.readVarint();
      temporality = value === 1 || value === 2 ? value : undefined;
    }
  });
  for (const point of points.slice(first)) point.temporality = temporality;
}

function readPoint(reader: Reader, resource: Map<string, Attribute>, layout: PointFields): OtlpPoint {
  const attributes = new Map<string, Attribute>();
  const point: OtlpPoint = { resource, metric: "", attributes };
  message(reader, (number, type) => {
    if (number === layout.attributes && type === wire.bytes) readAttribute(reader, attributes);
    else if (type !== wire.fixed64) return;
    else if (number === 2) point.startNanos = readNanos(reader);
    else if (number === 3) point.nanos = readNanos(reader);
    else if (number === layout.double) point.value = finite(reader.readDouble());
    else if (number === layout.integer) point.value = reader.readSFixed64();
  });
  return point;
}

function readAttribute(reader: Reader, attributes: Map<string, Attribute>): void {
  let key = "";
  let value: Attribute | undefined;
  message(reader, (number, type) => {
    if (type !== wire.bytes) return;
    if (number === 1) key = readText(reader);
    else if (number === 2) value = readValue(reader);
  });
  addAttribute(attributes, key, value);
}

/** An AnyValue; undefined when it is empty, a list, a map or bytes. */
function readValue(reader: Reader): Attribute | undefined {
  let value: Attribute | undefined;
  message(reader, (number, type) => {
    if (number === 1 && type === wire.bytes) value = readText(reader);
    else if (number === 2 && type === wire.varint) value = reader.readBoolean();
    else if (number === 3 && type === wire.varint) value = reader.readVarint(true);
    else if (number === 4 && type === wire.fixed64) value = finite(reader.readDouble());
  });
  return value;
}

const utf8 = new TextDecoder();

function readText(reader: Reader): string {
  const end = endOf(reader);
  const text = utf8.decode(reader.buf.subarray(reader.pos, end));
  reader.pos = end;
  return text;
}

function readNanos(reader: Reader): bigint | undefined {
  const low = reader.readFixed32();
  const high = reader.readFixed32();
  return (BigInt(high) << 32n) | BigInt(low) || undefined;
}

/** As JSON tells it, which knows no -0. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined;
}

function message(reader: Reader, onField: OnField): void {
  fields(reader, endOf(reader), onField);
}

/** Where the field of this length ends. The reader itself would read on beyond the body, or into what comes next. */
function endOf(reader: Reader): number {
  const length = reader.readVarint();
  const end = reader.pos + length;
  if (!(end <= reader.length)) throw new Error("cut off");
  return end;
}

function fields(reader: Reader, end: number, onField: OnField): void {
  for (let number = reader.nextField(end); number !== 0; number = reader.nextField(end)) {
    reader.fields += 1;
    if (reader.fields > limits.fields) refuseTooMany(limits.fields, "fields");
    onField(number, reader.type, reader);
  }
  if (reader.pos !== end) throw new Error("a field goes beyond its message");
}

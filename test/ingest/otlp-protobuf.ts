import { PbfWriter } from "pbf";

/** The parts of an OTLP/JSON request that are encoded. */
export interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}
export interface LogRecord {
  timeUnixNano?: string;
  observedTimeUnixNano?: string;
  body?: Record<string, unknown>;
  attributes?: KeyValue[];
}
export interface Point {
  attributes?: KeyValue[];
  startTimeUnixNano?: string;
  timeUnixNano?: string;
  asDouble?: number;
  asInt?: number | string;
  sum?: number;
  count?: string;
}
export interface Data {
  aggregationTemporality?: number;
  dataPoints?: Point[];
}
export interface Metric {
  name: string;
  sum?: Data;
  histogram?: Data;
}
interface Resource {
  resource?: { attributes?: KeyValue[] };
}
export interface OtlpJson {
  resourceLogs?: (Resource & { scopeLogs?: { logRecords?: LogRecord[] }[] })[];
  resourceMetrics?: (Resource & { scopeMetrics?: { metrics?: Metric[] }[] })[];
}

/** The same request in protobuf, with fields among them that nobody reads. */
export function toProtobuf({ resourceLogs = [], resourceMetrics = [] }: OtlpJson): Uint8Array {
  const pbf = new PbfWriter();
  for (const one of resourceLogs) {
    pbf.writeMessage(1, writeResource(one.scopeLogs, "logRecords", writeLog), one);
  }
  for (const one of resourceMetrics) {
    pbf.writeMessage(1, writeResource(one.scopeMetrics, "metrics", writeMetric), one);
  }
  return pbf.finish();
}

function writeResource<Item, Name extends string>(
  scopes: { [key in Name]?: Item[] }[] | undefined,
  name: Name,
  write: (item: Item, pbf: PbfWriter) => void,
) {
  return ({ resource }: Resource, pbf: PbfWriter) => {
    pbf.writeMessage(1, (own, inner) => writeAttributes(1, own.attributes, inner), resource ?? {});
    for (const scope of scopes ?? []) {
      pbf.writeMessage(
        2,
        (items, inner) => {
          inner.writeMessage(1, (text, leaf) => leaf.writeStringField(1, text), "a scope");
          for (const item of items) inner.writeMessage(2, write, item);
        },
        scope[name] ?? [],
      );
    }
    pbf.writeStringField(3, "https://opentelemetry.io/schemas/1.30.0");
  };
}

function writeLog(log: LogRecord, pbf: PbfWriter): void {
  writeNanos(1, log.timeUnixNano, pbf);
  pbf.writeVarintField(2, 9);
  pbf.writeStringField(3, "INFO");
  if (log.body !== undefined) pbf.writeMessage(5, writeValue, log.body);
  writeAttributes(6, log.attributes, pbf);
  pbf.writeFixed32Field(8, 1);
  pbf.writeBytesField(9, new Uint8Array(16).fill(7));
  writeNanos(11, log.observedTimeUnixNano, pbf);
}

function writeMetric(metric: Metric, pbf: PbfWriter): void {
  pbf.writeStringField(1, metric.name);
  pbf.writeStringField(2, "what it counts");
  if (metric.sum !== undefined) pbf.writeMessage(7, writeData(writeNumberPoint), metric.sum);
  if (metric.histogram !== undefined) pbf.writeMessage(9, writeData(writeHistogramPoint), metric.histogram);
}

function writeData(write: (point: Point, pbf: PbfWriter) => void) {
  return (data: Data, pbf: PbfWriter) => {
    for (const point of data.dataPoints ?? []) pbf.writeMessage(1, write, point);
    if (data.aggregationTemporality !== undefined) pbf.writeVarintField(2, data.aggregationTemporality);
    pbf.writeBooleanField(3, true);
  };
}

function writeNumberPoint(point: Point, pbf: PbfWriter): void {
  writeNanos(2, point.startTimeUnixNano, pbf);
  writeNanos(3, point.timeUnixNano, pbf);
  if (point.asDouble !== undefined) pbf.writeDoubleField(4, point.asDouble);
  if (point.asInt !== undefined) pbf.writeSFixed64Field(6, Number(point.asInt));
  writeAttributes(7, point.attributes, pbf);
}

function writeHistogramPoint(point: Point, pbf: PbfWriter): void {
  writeNanos(2, point.startTimeUnixNano, pbf);
  writeNanos(3, point.timeUnixNano, pbf);
  pbf.writeFixed64Field(4, Number(point.count ?? 0));
  if (point.sum !== undefined) pbf.writeDoubleField(5, point.sum);
  pbf.writePackedFixed64(6, [0, 1]);
  pbf.writePackedDouble(7, [5]);
  writeAttributes(9, point.attributes, pbf);
}

function writeAttributes(field: number, attributes: KeyValue[] | undefined, pbf: PbfWriter): void {
  for (const attribute of attributes ?? []) {
    pbf.writeMessage(
      field,
      ({ key, value }, inner) => {
        inner.writeStringField(1, key);
        inner.writeMessage(2, writeValue, value);
      },
      attribute,
    );
  }
}

function writeValue(value: Record<string, unknown>, pbf: PbfWriter): void {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = value;
  if (typeof stringValue === "string") pbf.writeStringField(1, stringValue);
  if (typeof boolValue === "boolean") pbf.writeBooleanField(2, boolValue);
  if (intValue !== undefined) pbf.writeVarintField(3, Number(intValue));
  if (typeof doubleValue === "number") pbf.writeDoubleField(4, doubleValue);
  if (arrayValue !== undefined) {
    pbf.writeMessage(5, (_, inner) => inner.writeMessage(1, writeValue, { stringValue: "STOP" }), null);
  }
}

/** A fixed64 in two halves, since a number cannot hold it. */
function writeNanos(field: number, nanos: string | undefined, pbf: PbfWriter): void {
  if (nanos === undefined) return;
  const value = BigInt(nanos);
  pbf.writeTag(field, 1);
  pbf.writeFixed32(Number(value & 0xffffffffn));
  pbf.writeFixed32(Number(value >> 32n));
}

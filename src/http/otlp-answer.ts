import { PbfWriter } from "pbf";
import type { Recorded } from "../core/services/record-usage.ts";
import { answerAtOnce } from "./answers.ts";
import type { HttpContext } from "./route.ts";

export type OtlpSignal = "logs" | "metrics" | "traces";

/** Media types that OTLP over HTTP comes as, and is answered in. */
export const otlpTypes = ["application/json", "application/x-protobuf", "application/protobuf"] as const;

/** What JSON calls the number of those that were not taken; in protobuf it is field 1 of all three. */
const rejectedOf: Readonly<Record<OtlpSignal, string>> = {
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
  traces: "rejectedSpans",
};

/**
 * What an exporter is told of what it sent, in the type it sent it: an empty partial success when everything was taken, else how
 * many were not, and why (opentelemetry.io/docs/specs/otlp, "Partial Success", checked 2026-11-22). Exporters do not send
 * these again.
 */
export function otlpAnswer(
  context: HttpContext,
  signal: OtlpSignal,
  contentType: string,
  rejected: Recorded["rejected"] = [],
): Response {
  const number = rejected.length;
  const reasons = [...new Set(rejected.map(({ message }) => message))].slice(0, mostReasons);
  const message = `${number} could not be taken: ${reasons.join(" ")}`;
  if (contentType === "application/json") {
    const partialSuccess = { [rejectedOf[signal]]: String(number), errorMessage: message };
    return answerAtOnce(
      context,
      JSON.stringify({ partialSuccess: number === 0 ? {} : partialSuccess }),
      contentType,
    );
  }
  return answerAtOnce(
    context,
    number === 0 ? new Uint8Array() : partialSuccessBytes(number, message),
    contentType,
  );
}

const mostReasons = 3;

/** The field `partial_success` of an answer: 1 is a message with 1 as the number and 2 as the text. */
function partialSuccessBytes(number: number, message: string): Uint8Array<ArrayBuffer> {
  const partial = new PbfWriter();
  partial.writeVarintField(1, number);
  partial.writeStringField(2, message);
  const answer = new PbfWriter();
  answer.writeBytesField(1, partial.finish());
  return new Uint8Array(answer.finish());
}

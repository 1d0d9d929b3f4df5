import type { Recorded } from "../core/services/record-usage.ts";
import { mediaType } from "./bodies.ts";
import { type OtlpSignal, otlpAnswer } from "./otlp-answer.ts";
import type { BodyRoute } from "./route.ts";
import type { Reporter } from "./usage-ingest-route.ts";

/**
 * Takes in what an exporter sent, as JSON or protobuf by its media type.
 * @throws request_invalid when it cannot be read, store_unavailable when nothing could be kept
 */
export type TakeOtlp = (body: Uint8Array, contentType: string, caller: Reporter) => Promise<Recorded>;

/** Takes in one signal of OTLP; answers once what it tells of usage is durable. Without `take`, nothing is looked at. */
export function otlpRoute(signal: OtlpSignal, take?: TakeOtlp): BodyRoute {
  return async (context, body, caller) => {
    const contentType = mediaType(context.req.header("content-type"));
    const recorded = await take?.(body, contentType, { key: caller.name });
    return otlpAnswer(context, signal, contentType, recorded?.rejected);
  };
}

import { z } from "zod";
import type { Fault, RouteEntry } from "./route.ts";

/** What every failure looks like. */
export const failureAnswer = z
  .object({
    error: z.object({
      code: z.string().meta({ description: "For programs: it stays the same" }),
      message: z.string().meta({ description: "For people: what happened, and what to do" }),
      problems: z.array(z.string()).optional().meta({ description: "A line each, when there are several" }),
    }),
  })
  .meta({ id: "Failure" });

type Status = Fault | 400 | 401 | 403 | 405 | 408 | 413 | 415;

/** A failure as documents tell of it. */
export interface FailureKind {
  name: string;
  code: string;
  description: string;
  headers?: Readonly<Record<string, string>> | undefined;
}

const retryAfter = { "Retry-After": "Seconds after which another try can help" };

export const failureKinds: Readonly<Record<Status, FailureKind>> = {
  400: {
    name: "RequestInvalid",
    code: "request_invalid",
    description: "The request cannot be understood; the message says what there is instead.",
  },
  401: {
    name: "Unauthorized",
    code: "unauthorized",
    description: "No key, or an unknown one.",
    headers: { "WWW-Authenticate": "Bearer" },
  },
  403: { name: "Forbidden", code: "forbidden", description: "The key lacks the scope." },
  404: { name: "NotFound", code: "not_found", description: "What was asked for does not exist." },
  405: {
    name: "MethodNotAllowed",
    code: "method_not_allowed",
    description: "The path is there, but not for this method.",
    headers: { Allow: "The methods that the path is for" },
  },
  408: {
    name: "RequestTimeout",
    code: "request_timeout",
    description: "The request took longer than 30 seconds to arrive; the connection is closed.",
  },
  409: { name: "Conflict", code: "conflict", description: "It cannot be done as things stand." },
  413: {
    name: "BodyTooLarge",
    code: "body_too_large",
    description:
      "The body is larger than the route takes, as it is sent or unpacked; the connection is closed.",
  },
  415: {
    name: "UnsupportedMediaType",
    code: "unsupported_media_type",
    description: "A content type or encoding that is not taken.",
  },
  422: {
    name: "NotApplicable",
    code: "provider_not_applicable",
    description: "The provider has nothing to tell about this account.",
  },
  429: {
    name: "TooMany",
    code: "concurrency_exceeded",
    description: "Too many at a time.",
    headers: retryAfter,
  },
  500: { name: "Internal", code: "internal", description: "Something went wrong here; the log tells what." },
  501: { name: "NotSet", code: "not_set", description: "The bot is not set up for this." },
  502: {
    name: "ProviderFailed",
    code: "provider_unavailable",
    description: "The provider failed or refused; the code says how.",
  },
  503: {
    name: "StoreUnavailable",
    code: "store_unavailable",
    description: "It cannot be done or kept now; try the same again.",
    headers: retryAfter,
  },
  504: {
    name: "ProviderUnreachable",
    code: "provider_unreachable",
    description: "The provider did not answer in time.",
  },
};

/** The failures that a route can be answered with: those of its kind, and those that its handler meets. */
export function faultsOf(entry: RouteEntry): readonly Status[] {
  const faults: Status[] = [...(entry.faults ?? [])];
  if (entry.query || entry.parameters || entry.body) faults.push(400);
  if (entry.scope !== "none") faults.push(401, 403, 429);
  if (entry.body) faults.push(408, 413, 415);
  return [...new Set(faults)].sort((a, b) => a - b);
}

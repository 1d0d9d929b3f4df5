import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { z } from "zod";
import type { Caller, Scope } from "./keys.ts";

/** What a request comes with. Node's own objects are absent when it did not come over a connection. */
export interface HttpEnv {
  Bindings: Partial<HttpBindings>;
}

export type HttpContext = Context<HttpEnv>;

/** Answers a request whose caller is known. */
export type Route = (context: HttpContext, caller: Caller) => Promise<Response>;

/** Answers a request whose caller is known and whose body has been read. */
export type BodyRoute = (context: HttpContext, body: Uint8Array, caller: Caller) => Promise<Response>;

/** Answers anybody, without a key. */
export type OpenRoute = (context: HttpContext) => Response | Promise<Response>;

/** A parameter of an address. */
export interface Parameter {
  /** What it means, in a sentence or two. */
  description: string;
  /** What takes a value, which comes as text, and says in its error what to write instead: `z.string()` for any text. */
  schema: z.ZodType<unknown, unknown>;
  /** A value as it is written in an address. Required ones have one. */
  example?: string | undefined;
}

/** A parameter behind the question mark; it may be left out unless `required`. */
export interface QueryParameter extends Parameter {
  required?: true | undefined;
  /** Set when it may be given several times. */
  repeats?: true | undefined;
}

/** Parameters behind the question mark by name: `queryOf` in queries.ts reads them, and refuses any other. */
export type Query = Readonly<Record<string, QueryParameter>>;

/** What an answer with a status looks like. */
export interface Answer {
  /** When it comes, in a sentence. */
  description: string;
  /** Of its JSON, exactly: strict where no other field ever comes. Absent for what is not JSON, or has no body. */
  schema?: z.ZodType<unknown, unknown> | undefined;
  /** Media type, `application/json` unless told. */
  type?: string | undefined;
  /** Other media types that it may come in, which no schema tells of. */
  otherTypes?: readonly string[] | undefined;
  example?: unknown;
  /** Headers that come with it, each with what it tells. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** What a route takes as a body. */
export interface Body {
  /** Bytes that it may have, as it is sent and unpacked. */
  limit: number;
  /** What is documented to be sent, by media type; the first with an example is what clients are shown. */
  content: Readonly<Record<string, { schema?: z.ZodType<unknown, unknown> | undefined; example?: unknown }>>;
  /** Media types that are taken, "" for none told; absent: the type does not matter. */
  types?: readonly string[] | undefined;
}

/** Failures that a route can meet beside those that all of its kind can: see failures.ts. */
export type Fault = 404 | 409 | 422 | 429 | 500 | 501 | 502 | 503 | 504;

interface About {
  /** As in OpenAPI, with parameters in braces: "/api/v1/allocations/{agent}". Every path has its own entry. */
  path: string;
  /** What clients call it by, for good: "readQuota". A verb and what it is about, unique. */
  operationId: string;
  /** The heading that it stands under: one of `tags` in routes.ts. */
  tag: string;
  /** In a line, without a full stop. */
  summary: string;
  /** What else there is to know; Markdown in its plainest form: paragraphs and `code`. */
  description?: string | undefined;
  /** Parameters in the path: each one in braces, and no other. */
  parameters?: Readonly<Record<string, Parameter>> | undefined;
  /** Parameters behind the question mark: the very object that the handler gives to `queryOf`. */
  query?: Query | undefined;
  /** Every answer but those in the shape of a failure, by status. */
  answers: Readonly<Record<number, Answer>>;
  /**
   * Failures that the handler meets by itself. Left out are those that come by the kind of the route: 400 with parameters or
   * a body, 401, 403 and 429 with a scope, 408, 413 and 415 with a body.
   */
  faults?: readonly Fault[] | undefined;
}

/**
 * One way in: all that is served, checked, documented and tested of a route comes from its entry. To add one, write the
 * handler as a `Route` in a file of its own with the zod schema of its answer beside it, and put an entry into a table under
 * routes/ (docs/http.md names it too, a test compares). A GET answers HEAD as well; other methods of a path are answered with 405
 * and `Allow` by themselves. What a handler throws as an AppError becomes its failure.
 *
 *     const entry: RouteEntry = {
 *       method: "GET", path: "/api/v1/estimate", scope: "read",
 *       operationId: "estimateTask", tag: "Agents", summary: "What a task takes",
 *       query: estimateQuery,
 *       answers: { 200: { description: "The estimate.", schema: estimateAnswer, example: { ... } } },
 *       handle: estimateRoute(options),
 *     };
 *
 * `scope` is what the caller's key needs; "none" lets anybody in, and the handler gets no caller.
 */
export type RouteEntry = About &
  (
    | { method: "GET" | "DELETE" | "POST"; scope: Scope; body?: undefined; handle: Route }
    | { method: "POST" | "PUT" | "PATCH"; scope: Scope; body: Body; handle: BodyRoute }
    | { method: "GET"; scope: "none"; body?: undefined; handle: OpenRoute }
  );

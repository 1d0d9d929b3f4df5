import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Caller } from "./keys.ts";

/** What a request comes with. Node's own objects are absent when it did not come over a connection. */
export interface HttpEnv {
  Bindings: Partial<HttpBindings>;
}

export type HttpContext = Context<HttpEnv>;

/** Answers a request whose caller is known. */
export type Route = (context: HttpContext, caller: Caller) => Promise<Response>;

/** Answers a request whose caller is known and whose body has been read. */
export type BodyRoute = (context: HttpContext, body: Uint8Array, caller: Caller) => Promise<Response>;

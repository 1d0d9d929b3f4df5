import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { Log } from "../core/ports.ts";
import type { Acceptance } from "../core/services/accept-snapshot.ts";
import { createAccess } from "./access.ts";
import { failure, failureOf } from "./answers.ts";
import { createKeyring, type HttpKey } from "./keys.ts";
import { type QuotaRouteOptions, quotaRoute } from "./quota-route.ts";
import { snapshotsRoute } from "./snapshots-route.ts";

export interface HttpAppOptions extends QuotaRouteOptions {
  keys: readonly HttpKey[];
  /** Takes in the body of a pushed snapshot; throws AppError when it is none. */
  acceptSnapshot: (body: unknown) => Promise<Acceptance>;
  log: Log;
}

const largestBody = 1024 * 1024;

/** All that is answered over HTTP: a table of routes, each with the scope that its caller's key needs. */
export function createHttpApp(options: HttpAppOptions): Hono {
  const app = new Hono();
  const needs = createAccess(createKeyring(options.keys));
  const limited = bodyLimit({
    maxSize: largestBody,
    onError(context) {
      // The rest of the body stays unread, so the connection cannot serve another request.
      context.header("connection", "close");
      return failure(context, 413, { code: "body_too_large", message: "The body is larger than 1 MiB." });
    },
  });

  app.onError((error, context) => failureOf(context, error, options.log));
  app.notFound((context) => failure(context, 404, { code: "not_found", message: "There is nothing here." }));
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
  });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed(context, methods) {
        context.header("allow", methods.join(", "));
        return failure(context, 405, {
          code: "method_not_allowed",
          message: `${context.req.method} is not for this; ${methods.join(" and ")} is.`,
        });
      },
    }),
  );

  app.get("/healthz", ({ json }) => json({ ok: true }));
  app.get("/api/v1/quota", needs("read"), quotaRoute(options));
  app.post("/api/v1/snapshots", needs("ingest"), limited, snapshotsRoute(options.acceptSnapshot));
  return app;
}

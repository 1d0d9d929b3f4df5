import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type AppError, isAppError } from "../../src/core/errors.ts";
import type { HttpRequest } from "../../src/core/provider.ts";
import { createDispatcher, createHttp, type HttpOptions } from "../../src/providers/kit/http.ts";

/** A local server, and HTTP for a provider whose requests all go to it. */
export async function serve(
  listener: RequestListener,
  options: Partial<HttpOptions> & { path?: string } = {},
) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dispatcher = createDispatcher();
  onTestFinished(async () => {
    await dispatcher.destroy();
    server.closeAllConnections();
    server.close();
  });
  const http = createHttp({
    name: "Example",
    hosts: ["api.example.com", "other.example.com"],
    baseUrl: address + (options.path ?? ""),
    dispatcher,
    signal: new AbortController().signal,
    now: () => Date.UTC(2026, 10, 22, 3),
    ...options,
  });
  const ask = (request: Partial<HttpRequest> = {}) =>
    http.json({ url: "https://api.example.com/v1/usage?type=2", ...request });
  return { server, http, ask, address };
}

/** The error that a promise rejects with, which must be an AppError. */
export async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isAppError(error)) throw new Error("expected an AppError", { cause: error });
  return error;
}

/** Answers everything alike. */
export const answering =
  (status: number, headers: Record<string, string | string[]> = {}, body = "{}"): RequestListener =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  };

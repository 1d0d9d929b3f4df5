import { Agent, type Dispatcher, fetch } from "undici";
import { AppError } from "../../core/errors.ts";
import { type Http, type HttpAnswer, type HttpRequest, seconds } from "../../core/provider.ts";
import { readAnswer } from "./http-answer.ts";
import { retryAfterOf } from "./retry-after.ts";

export interface HttpOptions {
  /** The provider's name, for messages. */
  name: string;
  /** The only hosts that may be asked. */
  hosts: readonly string[];
  /** Replaces scheme, host and port of every request; a path in it is put before the request's. */
  baseUrl?: string | undefined;
  /** Shared connections; a recorded one in the demo. */
  dispatcher: Dispatcher;
  /** Ends requests that are under way. */
  signal: AbortSignal;
  now(): number;
  /** Milliseconds for a whole exchange, to the last byte; 10 s unless told otherwise. */
  timeout?: number | undefined;
  /** Told the top-level keys of an answer that the request does not know. */
  onUnknownKeys?: ((keys: readonly string[]) => void) | undefined;
}

/** The connections that all providers share. Close it when the program stops. */
export function createDispatcher(): Agent {
  return new Agent({ connections: 16, keepAliveTimeout: seconds(30), connect: { timeout: seconds(10) } });
}

/** HTTP for one read of one account; see `Http` for what it promises. */
export function createHttp(options: HttpOptions): Http {
  const { name } = options;
  async function answer(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await ask(options, request);
    if (answer.status < 200 || answer.status > 299)
      throw request.explain?.(answer) ?? explainStatus(options, answer);
    if (answer.body === undefined) {
      throw new AppError(
        "provider_unexpected_response",
        answer.html
          ? `${name} answered with a web page instead of data. A proxy or a login page may stand between.`
          : `${name} answered with something that is not JSON.`,
      );
    }
    const unknown = unknownKeys(answer.body, request.known);
    if (unknown.length > 0) options.onUnknownKeys?.(unknown);
    return answer;
  }
  return {
    answer,
    json: async (request) => (await answer(request)).body,
    distinctHosts: (hosts) => (options.baseUrl === undefined ? hosts : hosts.slice(0, 1)),
  };
}

async function ask(options: HttpOptions, request: HttpRequest): Promise<HttpAnswer> {
  const url = target(options, request.url);
  const { headers, body } = encode(options.name, request);
  // One clock for the whole exchange: a server that sends a byte now and then would reset any other.
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, options.timeout ?? seconds(10));
  options.signal.addEventListener("abort", abort, { once: true });
  if (options.signal.aborted) abort();
  try {
    const response = await fetch(url, {
      method: request.method ?? "GET",
      headers,
      ...(body === undefined ? {} : { body }),
      dispatcher: options.dispatcher,
      redirect: "manual",
      signal: stop.signal,
    });
    return await readAnswer(options.name, response);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unreachable(options.name, error, stop.signal.aborted);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", abort);
  }
}

/** Where the request really goes. Throws for a host that the provider did not declare. */
function target(options: HttpOptions, address: string): URL {
  const url = new URL(address);
  if (url.protocol !== "https:" || !options.hosts.includes(url.hostname)) {
    throw new Error(`${options.name} asked a host it does not declare: ${url.hostname}`);
  }
  if (options.baseUrl === undefined) return url;
  const base = new URL(options.baseUrl);
  // Set part by part: a path that starts with two slashes must not become a host.
  const replaced = new URL(base.origin);
  replaced.pathname = base.pathname.replace(/\/+$/, "") + url.pathname;
  replaced.search = url.search;
  return replaced;
}

function encode(name: string, request: HttpRequest): { headers: Record<string, string>; body?: string } {
  const headers: Record<string, string> = { accept: "application/json", ...request.headers };
  // Said here, because the error that fetch would throw repeats the value.
  if (Object.values(headers).some((value) => !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))) {
    throw new AppError(
      "provider_credentials_missing",
      `The credential of ${name} holds a character that cannot be sent, such as a line break. Copy it anew.`,
    );
  }
  if (request.json !== undefined) {
    return {
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(request.json),
    };
  }
  if (request.form !== undefined) {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return { headers: { ...type, ...headers }, body: new URLSearchParams(request.form).toString() };
  }
  return { headers };
}

/** Names only, short and few: in a strange answer even a key could be somebody's. */
function unknownKeys(body: unknown, known: readonly string[] | undefined): string[] {
  if (known === undefined || typeof body !== "object" || body === null || Array.isArray(body)) return [];
  const keys = Object.keys(body).filter((key) => !known.includes(key) && /^[a-z][a-z0-9_]{0,39}$/i.test(key));
  return keys.slice(0, 20);
}

function explainStatus(options: HttpOptions, answer: HttpAnswer): AppError {
  const { name } = options;
  const { status } = answer;
  if (answer.html && (status === 403 || status === 401)) {
    return new AppError(
      "provider_unavailable",
      `${name} answered HTTP ${status} with a web page: a firewall stopped the request before it reached the API.`,
    );
  }
  if (status === 401) {
    return new AppError(
      "provider_auth_rejected",
      `${name} does not accept the credential. Sign in again or replace it.`,
    );
  }
  if (status === 402) {
    return new AppError(
      "provider_needs_action",
      `${name} wants to be paid first (HTTP 402): top up the account or settle its bill.`,
    );
  }
  if (status === 403) {
    return new AppError(
      "provider_forbidden",
      `${name} refuses this credential access to its quota (HTTP 403).`,
    );
  }
  if (status === 429) return rateLimited(name, retryAfterOf(answer.header("retry-after"), options.now()));
  if (status === 408 || status >= 500) {
    return new AppError("provider_unavailable", `${name} has trouble right now (HTTP ${status}).`, {
      retryAfter: retryAfterOf(answer.header("retry-after"), options.now()),
    });
  }
  if (status >= 300 && status < 400) {
    return new AppError(
      "provider_unexpected_response",
      `${name} redirects elsewhere (HTTP ${status}), which is not followed.`,
    );
  }
  return new AppError(
    "provider_unexpected_response",
    `${name} answered HTTP ${status}: its address may have moved.`,
  );
}

/** The error for a quota endpoint that throttles us. */
export function rateLimited(name: string, retryAfter: number | undefined): AppError {
  return new AppError("provider_rate_limited", `${name} throttles how often its quota may be read.`, {
    retryAfter,
  });
}

function unreachable(name: string, error: unknown, stopped: boolean): AppError {
  if (stopped) return new AppError("provider_unreachable", `${name} did not answer in time.`);
  const reason = causeCode(error);
  return new AppError(
    "provider_unreachable",
    reason === undefined ? `${name} cannot be reached.` : `${name} cannot be reached (${reason}).`,
  );
}

/** The system's short code, such as ECONNREFUSED. Nothing else of the cause is safe to repeat. */
function causeCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z_]{2,40}$/.test(code) ? code : undefined;
}

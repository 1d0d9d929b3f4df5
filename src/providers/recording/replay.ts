import { MockAgent } from "undici";
import type { Instant, Reading } from "../../core/domain/quota.ts";
import { isAppError } from "../../core/errors.ts";
import type { Provider, ProviderReading } from "../../core/provider.ts";
import { createHttp } from "../kit/http.ts";

/** An answer that is played back. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A request as the provider made it. */
export interface Request {
  method: string;
  url: string;
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
}

/** What the provider made of the answers, as fixtures tell it. */
export type Expected =
  | { plan?: string; owner?: string; retired?: string; readings: readonly object[] }
  | { error: string; retryAfter?: number; actionUrl?: string };

export interface Replayed {
  requests: readonly Request[];
  /** Undefined when the provider failed in a way that is not foreseen. */
  expected: Expected | undefined;
}

/** Reads through the real HTTP code from these answers, given out in order, without leaving the machine. */
export async function replay(
  provider: Provider,
  read: { now: Instant; settings: unknown; answers: readonly Answer[] },
): Promise<Replayed> {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const requests: Request[] = [];
  const anywhere = agent.get(() => true);
  for (const method of ["GET", "POST"]) {
    anywhere
      .intercept({ path: () => true, method })
      .reply((sent) => {
        const answer = read.answers[requests.length] ?? { status: 404, headers: {}, body: "" };
        requests.push(toRequest({ ...sent, headers: sent.headers as Record<string, string> }));
        return {
          statusCode: answer.status,
          data: answer.body,
          responseOptions: { headers: answer.headers },
        };
      })
      .persist();
  }
  const { name, hosts } = provider;
  const signal = new AbortController().signal;
  const http = createHttp({ name, hosts, dispatcher: agent, signal, now: () => read.now });
  try {
    const reading = await provider.read({ http, now: read.now, settings: read.settings });
    return { requests, expected: expectedOf({ reading }) };
  } catch (error) {
    return { requests, expected: expectedOf({ error }) };
  } finally {
    await agent.close();
  }
}

/** The outcome of a read in the words of a fixture. */
export function expectedOf(outcome: { reading: ProviderReading } | { error: unknown }): Expected | undefined {
  if ("reading" in outcome) {
    const { plan, owner, retired, readings } = outcome.reading;
    return present({ plan, owner, retired, readings: readings.map(presentReading) }) as Expected;
  }
  if (!isAppError(outcome.error)) return undefined;
  const { retryAfter, actionUrl } = outcome.error.details;
  return present({ error: outcome.error.code, retryAfter, actionUrl }) as Expected;
}

function presentReading(reading: Reading): object {
  const resetsAt = "resetsAt" in reading ? reading.resetsAt : undefined;
  return present({
    ...reading,
    resetsAt: resetsAt === undefined ? undefined : new Date(resetsAt).toISOString(),
  });
}

function present(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** What fetch adds by itself says nothing of the provider. */
const usual = /^(accept|accept-encoding|sec-fetch-mode|content-type|content-length|connection|host)$/;

function toRequest(sent: {
  origin?: string | undefined;
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: unknown;
}): Request {
  const all = Object.fromEntries(new Headers(sent.headers));
  const headers = Object.fromEntries(
    Object.entries(all).filter(([name, value]) => !usual.test(name) && value !== "*" && value !== "undici"),
  );
  const request = { method: sent.method, url: `${sent.origin ?? ""}${sent.path}`, headers };
  const body = typeof sent.body === "string" ? sent.body : "";
  if (body === "") return request;
  if (all["content-type"]?.includes("json")) return { ...request, json: JSON.parse(body) as unknown };
  return { ...request, form: Object.fromEntries(new URLSearchParams(body)) };
}

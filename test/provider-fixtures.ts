import { readdirSync, readFileSync } from "node:fs";
import { MockAgent } from "undici";
import { z } from "zod";
import { AppError } from "../src/core/errors.ts";
import type { Http, HttpAnswer, HttpRequest, Provider, ProviderReading } from "../src/core/provider.ts";
import { createHttp } from "../src/providers/kit/http.ts";

/** One recorded read of one account: what the provider asks, what it is told, what it must make of it. */
export const fixtureSchema = z.strictObject({
  about: z.string(),
  now: z.iso.datetime(),
  settings: z.record(z.string(), z.string()),
  exchanges: z.array(
    z.strictObject({
      request: z.strictObject({
        method: z.enum(["GET", "POST"]),
        url: z.url(),
        headers: z.record(z.string(), z.string()).optional(),
        json: z.unknown().optional(),
        form: z.record(z.string(), z.string()).optional(),
      }),
      status: z.int(),
      headers: z.record(z.string(), z.string()).default({ "content-type": "application/json" }),
      body: z.unknown(),
    }),
  ),
  expect: z.union([
    z.strictObject({
      plan: z.string().optional(),
      /** Looked at where a fixture tells it. */
      owner: z.string().optional(),
      retired: z.string().optional(),
      readings: z.array(z.looseObject({ kind: z.enum(["quota", "balance", "spend"]) })),
    }),
    z.strictObject({
      error: z.string(),
      retryAfter: z.number().optional(),
      actionUrl: z.string().optional(),
    }),
  ]),
});
export type Fixture = z.output<typeof fixtureSchema>;
export type Exchange = Fixture["exchanges"][number];

/** The fixtures of a provider, by name. */
export function loadFixtures(id: string): { name: string; fixture: Fixture }[] {
  const folder = new URL(`./fixtures/providers/${id}/`, import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      const parsed = fixtureSchema.safeParse(JSON.parse(readFileSync(new URL(file, folder), "utf8")));
      if (!parsed.success) throw new Error(`${id}/${file}: ${z.prettifyError(parsed.error)}`);
      return { name: file.replace(/\.json$/, ""), fixture: parsed.data };
    });
}

interface Outcome {
  reading?: ProviderReading | undefined;
  error?: unknown;
}

/** Reads through the real HTTP code over the given connections. */
export async function read(
  provider: Provider,
  fixture: Fixture,
  dispatcher: MockAgent,
  baseUrl?: string,
  signal = new AbortController().signal,
): Promise<Outcome> {
  const now = Date.parse(fixture.now);
  const { name, hosts } = provider;
  const http = createHttp({ name, hosts, baseUrl, dispatcher, signal, now: () => now });
  return outcome(provider.read({ http, now, settings: fixture.settings }));
}

async function outcome(promise: Promise<ProviderReading>): Promise<Outcome> {
  try {
    return { reading: await promise };
  } catch (error) {
    return { error };
  }
}

export interface Answer {
  status: number;
  type?: string;
  body?: string;
  retryAfter?: string;
  location?: string;
  baseUrl?: string;
  /** Aborts the read before it starts, or while the first answer is under way. */
  abort?: "before" | "during";
}

/** Reads from a server that answers everything alike. */
export async function readFrom(provider: Provider, fixture: Fixture, answer: Answer) {
  const agent = new MockAgent({ enableCallHistory: true });
  agent.disableNetConnect();
  const reading = new AbortController();
  if (answer.abort === "before") reading.abort();
  const headers = present({
    "content-type": answer.type ?? "application/json",
    "retry-after": answer.retryAfter,
    location: answer.location,
  });
  const anywhere = agent.get(() => true);
  for (const method of ["GET", "POST"]) {
    anywhere
      .intercept({ path: () => true, method })
      .reply(() => {
        if (answer.abort === "during") setImmediate(() => reading.abort());
        return {
          statusCode: answer.status,
          data: answer.body ?? '{"error": {"message": "canary"}}',
          responseOptions: { headers: headers as Record<string, string> },
        };
      })
      .delay(answer.abort === "during" ? 100 : 1)
      .persist();
  }
  const { error } = await read(provider, fixture, agent, answer.baseUrl, reading.signal);
  const origins = (agent.getCallHistory()?.calls() ?? []).map((call) => call.origin);
  await agent.close();
  return { error, origins };
}

/** Reads from the fixture's bodies directly; fast enough for thousands of broken ones. */
export function readWithoutNetwork(provider: Provider, fixture: Fixture): Promise<Outcome> {
  const left = [...fixture.exchanges];
  async function answer(request: HttpRequest): Promise<HttpAnswer> {
    const index = left.findIndex((exchange) => exchange.request.url === request.url);
    const [exchange] = index < 0 ? [] : left.splice(index, 1);
    const { status = 404, body, headers } = exchange ?? {};
    const seen = { status, body, html: false, header: (name: string) => headers?.[name] };
    if (status === 200) return seen;
    throw request.explain?.(seen) ?? new AppError("provider_unavailable", `HTTP ${status}`);
  }
  const http: Http = {
    answer,
    json: async (request) => (await answer(request)).body,
    distinctHosts: (hosts) => hosts,
  };
  return outcome(provider.read({ http, now: Date.parse(fixture.now), settings: fixture.settings }));
}

/** The body with each one of its parts missing, or replaced by something of another type. */
export function* mutations(body: unknown): Generator<unknown> {
  for (const other of [null, "", "canary", -1, 1e300, true, [], {}, [null], { canary: {} }]) yield other;
  if (typeof body !== "object" || body === null) return;
  for (const [key, value] of Object.entries(body)) {
    if (Array.isArray(body)) yield body.toSpliced(Number(key), 1);
    else yield Object.fromEntries(Object.entries(body).filter(([other]) => other !== key));
    for (const part of mutations(value)) {
      yield Array.isArray(body) ? body.with(Number(key), part) : { ...body, [key]: part };
    }
  }
}

/** Without what is undefined. */
export function present(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

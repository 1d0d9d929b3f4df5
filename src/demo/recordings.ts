import { readdirSync, readFileSync } from "node:fs";
import { MockAgent } from "undici";
import { z } from "zod";
import type { Account } from "../core/domain/account.ts";
import type { Instant } from "../core/domain/quota.ts";
import type { Provider } from "../core/provider.ts";

/** The instant at which the recordings begin. */
export const recordedAt: Instant = Date.parse("2026-11-22T03:00:00Z");

const Exchange = z.strictObject({
  account: z.string(),
  /** The answer counts from so many minutes after the beginning, until a later one for the same request does. */
  afterMinutes: z.number().min(0),
  method: z.enum(["GET", "POST"]),
  url: z.url(),
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.json(),
});

const Recording = z.strictObject({
  accounts: z.array(
    z.strictObject({
      id: z.string(),
      label: z.string(),
      credentials: z.record(z.string(), z.string()),
      /** Where a product that everybody runs for themselves is. */
      baseUrl: z.url().optional(),
    }),
  ),
  exchanges: z.array(Exchange),
});

type Recording = z.infer<typeof Recording>;

const folder = new URL("../../src/demo/recordings/", import.meta.url);

/** The recorded answers of every provider that has some, by provider id. */
export function loadRecordings(): ReadonlyMap<string, Recording> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return new Map(
    files.map((file) => {
      const text = readFileSync(new URL(file, folder), "utf8");
      return [file.replace(/\.json$/, ""), Recording.parse(JSON.parse(text))];
    }),
  );
}

/** The accounts of the recordings, read as often as their providers allow. */
export function recordedAccounts(
  recordings: ReadonlyMap<string, Recording>,
  providers: readonly Provider[],
): Account[] {
  return providers.flatMap((provider) =>
    (recordings.get(provider.id)?.accounts ?? []).map((account) => ({
      ...account,
      provider: provider.id,
      acceptUnofficial: true,
      interval: provider.minInterval,
      tags: [],
    })),
  );
}

/** Connections that lead nowhere but into the recordings: what is not recorded fails, and nothing leaves the machine. */
export function createRecordedDispatcher(
  recordings: ReadonlyMap<string, Recording>,
  clock: { now(): Instant },
): MockAgent {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const exchanges = [...recordings.values()].flatMap((recording) => recording.exchanges);
  const requests = new Map(exchanges.map((exchange) => [`${exchange.method} ${exchange.url}`, exchange]));
  for (const { method, url } of requests.values()) {
    const { origin, pathname, search } = new URL(url);
    agent
      .get(origin)
      .intercept({ method, path: pathname + search })
      .reply((request) => {
        const minutes = (clock.now() - recordedAt) / 60_000;
        const candidates = exchanges.filter(
          (exchange) =>
            exchange.method === method &&
            exchange.url === url &&
            exchange.afterMinutes <= minutes &&
            isSignedBy(request.headers, exchange.account),
        );
        const answer = candidates.sort((a, b) => b.afterMinutes - a.afterMinutes)[0];
        if (answer === undefined) return { statusCode: 404, data: {} };
        return {
          statusCode: answer.status,
          data: JSON.stringify(answer.body),
          responseOptions: { headers: answer.headers },
        };
      })
      .persist();
  }
  return agent;
}

/** Every recorded account signs its requests with a token that ends in its id, be it as a user name. */
function isSignedBy(headers: unknown, account: string): boolean {
  const values =
    headers instanceof Headers ? [...headers.values()] : Object.values(headers as Record<string, string>);
  return values.some((value) => signature(String(value)).endsWith(`demo-${account}`));
}

/** The header itself, or the user name in a Basic one that has no password. */
function signature(header: string): string {
  const basic = /^Basic (\S+)$/i.exec(header)?.[1];
  return basic === undefined ? header : Buffer.from(basic, "base64").toString().replace(/:$/, "");
}

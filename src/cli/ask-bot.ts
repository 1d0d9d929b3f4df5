import { z } from "zod";
import { AppError } from "../core/errors.ts";

/** Where a running bot answers: "http://127.0.0.1:8787", and a key with the scope that is needed. */
export interface Door {
  url: string;
  key: string;
}

/** Milliseconds that the bot may take to answer. */
const usualPatience = 20_000;

/** What came back of a request to the bot: its JSON, and whether that is what was asked for; undefined when nothing did. */
export async function callBot(
  { key }: Door,
  address: URL,
  { method = "GET", patience = usualPatience }: { method?: "GET" | "DELETE"; patience?: number } = {},
): Promise<{ ok: boolean; body: unknown } | undefined> {
  try {
    const headers = { authorization: `Bearer ${key}` };
    const signal = AbortSignal.timeout(patience);
    const response = await fetch(address, { method, headers, redirect: "error", signal });
    return { ok: response.ok, body: await response.json() };
  } catch {
    return undefined;
  }
}

/** That nothing, or nonsense, has come back. */
export function noAnswer(): AppError {
  return new AppError("store_unavailable", "The bot does not answer over HTTP.");
}

/**
 * Asks the bot at the address. Throws store_unavailable when it does not answer, and request_invalid with its words when it
 * does not take a question.
 */
export function createAsk(door: Door) {
  return async function ask<Told>(
    path: string,
    parameters: Readonly<Record<string, string | readonly string[] | undefined>>,
    parse: (value: unknown) => Told | undefined,
  ): Promise<Told> {
    const address = new URL(path, door.url);
    for (const [name, value] of Object.entries(parameters)) {
      // What is not told is asked for as "-".
      for (const one of value === undefined ? [] : [value].flat())
        address.searchParams.append(name, one || "-");
    }
    const answer = await callBot(door, address);
    const told = answer?.ok ? parse(answer.body) : undefined;
    if (told !== undefined) return told;
    const refusal = refusalFields.safeParse(answer?.body).data;
    throw refusal === undefined ? noAnswer() : new AppError("request_invalid", refusal.error.message);
  };
}

const refusalFields = z.object({
  error: z.object({ code: z.enum(["request_invalid", "not_found"]), message: z.string() }),
});

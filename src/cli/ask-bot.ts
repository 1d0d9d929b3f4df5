import { z } from "zod";
import { AppError } from "../core/errors.ts";

/** Milliseconds that the bot may take to answer. */
const patience = 20_000;

/**
 * Asks the bot at the address. Throws store_unavailable when it does not answer, and request_invalid with its words when it
 * does not take a question.
 */
export function createAsk({ url, key }: { url: string; key: string }) {
  return async function ask<Told>(
    path: string,
    parameters: Readonly<Record<string, string | readonly string[] | undefined>>,
    parse: (value: unknown) => Told | undefined,
  ): Promise<Told> {
    const address = new URL(path, url);
    for (const [name, value] of Object.entries(parameters)) {
      // What is not told is asked for as "-".
      for (const one of value === undefined ? [] : [value].flat())
        address.searchParams.append(name, one || "-");
    }
    const answer = await fetch(address, {
      headers: { authorization: `Bearer ${key}` },
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    })
      .then(async (response) => ({ ok: response.ok, body: (await response.json()) as unknown }))
      .catch(() => undefined);
    const told = answer?.ok ? parse(answer.body) : undefined;
    if (told !== undefined) return told;
    const refusal = refusalFields.safeParse(answer?.body).data;
    if (refusal !== undefined) throw new AppError("request_invalid", refusal.error.message);
    throw new AppError("store_unavailable", "The bot does not answer over HTTP.");
  };
}

const refusalFields = z.object({
  error: z.object({ code: z.enum(["request_invalid", "not_found"]), message: z.string() }),
});

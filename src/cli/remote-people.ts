import { z } from "zod";
import { AppError } from "../core/errors.ts";
import type { ForgetUser } from "../core/services/forget-user.ts";

/** Milliseconds that the bot may take: it rewrites everything that has the name. */
const patience = 600_000;

/** Has the bot at the address forget people. Throws store_unavailable when it does not answer or cannot. */
export function createRemoteForget({ url, key }: { url: string; key: string }): ForgetUser {
  return async (user) => {
    const answer = await fetch(new URL(`/api/v1/users/${encodeURIComponent(user)}`, url), {
      method: "DELETE",
      headers: { authorization: `Bearer ${key}` },
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    })
      .then(async (response) => (await response.json()) as unknown)
      .catch(() => undefined);
    const forgotten = forgottenFields.safeParse(answer);
    if (forgotten.success) return forgotten.data;
    const refusal = refusalFields.safeParse(answer);
    const why = refusal.success ? refusal.data.error.message : "The bot does not answer over HTTP.";
    throw new AppError("store_unavailable", why);
  };
}

/** Of a data folder that a bot works on which may not be asked. */
export function closedForget(why: string): ForgetUser {
  return () => Promise.reject(new AppError("store_unavailable", why));
}

const forgottenFields = z.object({ records: z.number(), accounts: z.array(z.string()) });
const refusalFields = z.object({ error: z.object({ message: z.string() }) });

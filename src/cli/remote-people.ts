import { z } from "zod";
import { AppError } from "../core/errors.ts";
import type { ForgetUser } from "../core/services/forget-user.ts";
import { callBot, type Door, noAnswer } from "./ask-bot.ts";

/** Milliseconds that the bot may take: it rewrites everything that has the name. */
const patience = 600_000;

/** Has the bot at the address forget people. Throws store_unavailable when it does not answer or cannot. */
export function createRemoteForget(door: Door): ForgetUser {
  return async (user) => {
    const address = new URL(`/api/v1/users/${encodeURIComponent(user)}`, door.url);
    const answer = await callBot(door, address, { method: "DELETE", patience });
    const forgotten = forgottenFields.safeParse(answer?.body).data;
    if (forgotten !== undefined) return forgotten;
    const refusal = refusalFields.safeParse(answer?.body).data;
    throw refusal === undefined ? noAnswer() : new AppError("store_unavailable", refusal.error.message);
  };
}

/** Of a data folder that a bot works on which may not be asked. */
export function closedForget(why: string): ForgetUser {
  return () => Promise.reject(new AppError("store_unavailable", why));
}

const forgottenFields = z.object({ records: z.number(), accounts: z.array(z.string()) });
const refusalFields = z.object({ error: z.object({ message: z.string() }) });

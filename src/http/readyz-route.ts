import { z } from "zod";
import type { Health, HealthCheck } from "../core/services/health.ts";
import { answerWith } from "./answers.ts";
import type { OpenRoute } from "./route.ts";

const check = z.strictObject({
  /** Whether all is well with it. */
  ok: z.boolean(),
  /** Whether the bot is not ready while it is not ok. */
  vital: z.boolean(),
  /** In a few words how it is. */
  message: z.string(),
  /** Since when it has been ok, or not. */
  since: z.iso.datetime(),
});

/** What `GET /readyz` answers, with 200 when `ok` and 503 when not. */
export const readyzAnswer = z.strictObject({
  ok: z.boolean(),
  checks: z.strictObject({
    store: check.optional(),
    slack: check.optional(),
    discord: check.optional(),
    scheduler: check.optional(),
    outbox: check.optional(),
    /** By the provider's id. */
    providers: z.record(z.string(), check),
  }),
});
export type ReadyzAnswer = z.output<typeof readyzAnswer>;

/** For documents. */
export const readyzExample: ReadyzAnswer = {
  ok: true,
  checks: {
    store: { ok: true, vital: true, message: "can be written", since: "2026-11-22T02:00:00.000Z" },
    slack: { ok: true, vital: true, message: "connected", since: "2026-11-22T02:00:01.000Z" },
    scheduler: { ok: true, vital: true, message: "on time", since: "2026-11-22T02:00:00.000Z" },
    outbox: { ok: true, vital: false, message: "nothing waits", since: "2026-11-22T02:00:00.000Z" },
    providers: {
      acme: {
        ok: false,
        vital: false,
        message: "last read 3 h ago; throttled",
        since: "2026-11-22T00:05:00.000Z",
      },
    },
  },
};

/**
 * Whether the bot does its work, for whoever watches it: 200, or 503 when something vital fails. Open to everybody, as it
 * tells no account, address or secret.
 */
export function readyzRoute({ health }: { health: Pick<Health, "look"> }): OpenRoute {
  return async () => {
    const { ok, checks } = await health.look();
    const named = checks.flatMap((one) => (one.provider === undefined ? [[one.name, shown(one)]] : []));
    const providers = checks.flatMap((one) =>
      one.provider === undefined ? [] : [[one.provider, shown(one)]],
    );
    const answer = { ok, checks: { ...Object.fromEntries(named), providers: Object.fromEntries(providers) } };
    return answerWith(JSON.stringify(answer), "application/json", ok ? 200 : 503);
  };
}

function shown({ ok, vital, message, since = 0 }: HealthCheck) {
  return { ok, vital, message, since: new Date(since).toISOString() };
}

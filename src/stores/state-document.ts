import { z } from "zod";
import { accountStates, type Reading, type Snapshot } from "../core/domain/quota.ts";
import type { Log } from "../core/ports.ts";
import { emptyState, type State } from "./memory.ts";

/** The shape of the document below. A program refuses a document of a later version. */
export const documentVersion = 1;

const common = { id: z.string(), label: z.string(), unit: z.string() };
const window = { windowSeconds: z.number().optional(), resetsAt: z.number().optional() };

const reading: z.ZodType<Reading> = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("quota"),
    ...common,
    ...window,
    scope: z.string().optional(),
    binds: z.boolean().optional(),
    models: z.array(z.string()).optional(),
    used: z.number().optional(),
    limit: z.number().optional(),
  }),
  z.looseObject({ kind: z.literal("balance"), ...common, remaining: z.number() }),
  z.looseObject({
    kind: z.literal("spend"),
    ...common,
    ...window,
    used: z.number(),
    limit: z.number().optional(),
  }),
]);

const snapshot: z.ZodType<Snapshot> = z.looseObject({
  account: z.string(),
  provider: z.string(),
  plan: z.string().optional(),
  state: z.enum(accountStates),
  message: z.string().optional(),
  actionUrl: z.string().optional(),
  readings: z.array(reading),
  owner: z.string().optional(),
  samples: z.array(z.object({ numbers: z.string(), resets: z.array(z.number().nullable()) })).optional(),
  fetchedAt: z.number().optional(),
  knownSince: z.number().optional(),
  attemptedAt: z.number(),
  nextReadAt: z.number(),
  failures: z.number(),
  credentialKey: z.string(),
  pushedBy: z.looseObject({ user: z.string().optional() }).optional(),
});

const document = z.object({
  snapshots: z.array(z.unknown()),
  settings: z.array(z.tuple([z.string(), z.unknown()])),
});

/** The state as JSON values: a list of snapshots and a list of [key, value]. */
export function encodeState(state: State): z.input<typeof document> {
  return { snapshots: [...state.snapshots.values()], settings: [...state.settings] };
}

/**
 * The state that a document holds; undefined when it is not such a document. A snapshot that makes no sense is left
 * out and said so: the next read of its account brings a new one.
 */
export function decodeState(data: unknown, log: Log): State | undefined {
  const found = document.safeParse(data);
  if (!found.success) return undefined;
  const state = emptyState();
  for (const entry of found.data.snapshots) {
    const { success, data, error } = snapshot.safeParse(entry);
    if (success) state.snapshots.set(data.account, data);
    else
      log.warn({ where: error.issues[0]?.path.join(".") }, "Left out a stored snapshot that makes no sense.");
  }
  for (const [key, value] of found.data.settings) state.settings.set(key, value);
  return state;
}

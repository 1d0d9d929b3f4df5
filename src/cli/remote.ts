import { z } from "zod";
import { type Account, accountName } from "../core/domain/account.ts";
import type { Pace } from "../core/domain/pace.ts";
import {
  accountStates,
  bindingQuotas,
  type Quota,
  type Reading,
  tightestQuota,
} from "../core/domain/quota.ts";
import { isAppError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import { instant, known } from "../core/services/json-fields.ts";
import type { AccountReport, QuotaReports } from "../core/services/quota-report.ts";
import { callBot, type Door, noAnswer } from "./ask-bot.ts";

/** Where a running bot answers, with a key that may read. */
export interface RemoteOptions extends Door {
  /** As configured, and in that order. */
  accounts: readonly Account[];
  /** Names of providers by id. */
  providerNames: ReadonlyMap<string, string>;
  clock: Clock;
}

/** Milliseconds that the bot may take to answer; longer when it reads first. */
const patience = { known: 3_000, fresh: 18_000 };
/** More accounts than this do not fit into an address. */
const mostNamed = 100;

/**
 * Reports on accounts by asking the bot that works on them. Resolves once the bot has answered for the first time; when
 * it falls silent later, what it told last stays.
 * @throws store_unavailable when it does not answer, or not with a report
 */
export async function openRemoteReports(options: RemoteOptions): Promise<QuotaReports> {
  let last = await ask([], false);

  async function ask(accounts: readonly Account[], fresh: boolean): Promise<readonly AccountReport[]> {
    const url = new URL("/api/v1/quota", options.url);
    if (accounts.length <= mostNamed) for (const { id } of accounts) url.searchParams.append("account", id);
    if (fresh) url.searchParams.set("fresh", "1");
    const answer = await callBot(options, url, { patience: fresh ? patience.fresh : patience.known });
    const told = answer?.ok ? reportFields.safeParse(answer.body).data : undefined;
    if (told === undefined) throw noAnswer();
    return told.accounts.map((account) => toReport(account, options));
  }

  return {
    report(accounts) {
      const wanted = new Set(accounts.map(({ id }) => id));
      return { at: options.clock.now(), accounts: last.filter(({ account }) => wanted.has(account)) };
    },
    async read(accounts, urgency) {
      if (accounts.length === 0) return 0;
      const before = new Map(last.map(({ account, fetchedAt }) => [account, fetchedAt]));
      try {
        // What is due the bot reads by itself.
        if (urgency === "allowed") await ask(accounts, true);
        last = await ask([], false);
      } catch (error) {
        if (!isAppError(error)) throw error;
      }
      return last.filter(({ account, fetchedAt }) => before.get(account) !== fetchedAt).length;
    },
  };
}

const name = { id: z.string(), label: z.string(), unit: z.string() };
const window = {
  windowSeconds: known(z.number()),
  limit: known(z.number()),
  resetsAt: known(instant),
};
const readingFields: z.ZodType<Reading> = z
  .discriminatedUnion("kind", [
    z.looseObject({
      kind: z.literal("quota"),
      ...name,
      ...window,
      scope: known(z.string()),
      used: known(z.number()),
      binding: z.boolean(),
      counted: known(z.object({ at: instant, atLeast: z.boolean() })),
    }),
    z.looseObject({ kind: z.literal("spend"), ...name, ...window, used: z.number() }),
    z.looseObject({ kind: z.literal("balance"), ...name, remaining: z.number() }),
  ])
  .transform((reading) => (reading.kind === "quota" ? { ...reading, binds: reading.binding } : reading));
const paceFields = z.object({
  burnRate: z.object({
    perHour: z.number(),
    measuredOverSeconds: z.number(),
    samples: known(z.number()),
  }),
  runsOutAt: known(instant),
});

// Loose: what a report gains later comes along under its own name.
const accountFields = z.looseObject({
  account: z.string(),
  provider: z.string(),
  label: z.string(),
  plan: known(z.string()),
  state: z.enum(accountStates),
  message: known(z.string()),
  fetchedAt: known(instant),
  source: known(z.enum(["read", "push"])),
  reportedBy: known(z.string()),
  stale: z.boolean(),
  retryAt: known(instant),
  sharedWith: known(z.array(z.string())),
  readings: z.array(readingFields),
});
const reportFields = z.object({ at: instant, accounts: z.array(accountFields) });

function toReport(told: z.output<typeof accountFields>, options: RemoteOptions): AccountReport {
  const { label, retryAt, source, reportedBy, sharedWith, ...account } = told;
  const sharers = sharedWith && new Set([...sharedWith, told.account]);
  return {
    ...account,
    name: label,
    providerName: options.providerNames.get(told.provider) ?? told.provider,
    sharedBy:
      sharers &&
      options.accounts
        .filter(({ id }) => sharers.has(id))
        .map((sharer) => ({ account: sharer.id, name: accountName(sharer) })),
    pushedBy: source === "push" ? { user: reportedBy } : undefined,
    nextReadAt: retryAt,
    reading: false,
    binding: bindingQuotas(told.readings),
    tightest: tightestQuota(told.readings),
    paces: pacesOf(told.readings),
  };
}

/** The paces that came along with the readings. */
function pacesOf(readings: readonly Reading[]): ReadonlyMap<Quota, Pace> {
  const paces = new Map<Quota, Pace>();
  for (const reading of readings) {
    const told = paceFields.safeParse(reading);
    if (reading.kind !== "quota" || !told.success) continue;
    const { burnRate, runsOutAt } = told.data;
    const { perHour, measuredOverSeconds, samples } = burnRate;
    const projection =
      runsOutAt !== undefined && reading.resetsAt !== undefined
        ? { runsOutAt, beforeReset: reading.resetsAt - runsOutAt }
        : undefined;
    paces.set(reading, { perHour, measuredOver: measuredOverSeconds * 1000, samples, projection });
  }
  return paces;
}

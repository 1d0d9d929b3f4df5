import { z } from "zod";
import type { Instant } from "../domain/quota.ts";
import { AppError } from "../errors.ts";
import type { Person } from "../messages/people.ts";
import type { Clock, Settings } from "../ports.ts";
import type { MarkedBudget } from "./money-facts.ts";

/** What budgets are called that are set from chat. */
export const chatBudgets = ["daily", "weekly", "monthly"] as const;
export type ChatBudget = (typeof chatBudgets)[number];

/** A budget with who has set it from chat, and when. */
export interface TeamBudget extends MarkedBudget {
  setBy?: (Person & { at: Instant }) | undefined;
}

export interface Budgets {
  /** The configured ones, as changed from chat, then those that are from chat alone. */
  list(): Promise<readonly TeamBudget[]>;
  /** Sets a budget, in US dollars; undefined takes back what was set. Durable once this resolves. */
  set(id: ChatBudget, usd: number | undefined, by: Person): Promise<void>;
}

const key = "budgets";
const periods = { daily: "day", weekly: "week", monthly: "month" } as const;
const usualMarks: readonly number[] = [80, 100];

const fields = z.partialRecord(
  z.enum(chatBudgets),
  z.object({ usd: z.number(), surface: z.string(), user: z.string().optional(), at: z.number() }),
);

/**
 * The budgets of the team: those of the configuration, and over them those that somebody has set from chat. One that is
 * set over a configured budget of its period keeps its marks and what happens when it is exceeded.
 */
export function createBudgets(options: {
  configured: readonly MarkedBudget[];
  settings: Pick<Settings, "get" | "swap">;
  clock: Clock;
}): Budgets {
  const { configured, settings, clock } = options;

  function teamBudgets(chosen: z.output<typeof fields>): TeamBudget[] {
    const fromChat = new Map(
      chatBudgets.flatMap((id): [string, TeamBudget][] => {
        const set = chosen[id];
        if (set === undefined) return [];
        const { usd, ...setBy } = set;
        const below = configured.find((budget) => budget.id === id && budget.period === periods[id]);
        return [[id, { at: usualMarks, ...below, id, period: periods[id], usd, setBy }]];
      }),
    );
    const known = new Set(configured.map(({ id }) => id));
    return [
      ...configured.map((budget) => fromChat.get(budget.id) ?? budget),
      ...[...fromChat.values()].filter(({ id }) => !known.has(id)),
    ];
  }

  return {
    async list() {
      return teamBudgets(parse(await settings.get(key)));
    },
    async set(id, usd, { surface, user }) {
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const stored = await settings.get(key);
        const { [id]: _before, ...others } = parse(stored);
        const mine = usd === undefined ? {} : { [id]: { usd, surface, user, at: clock.now() } };
        if (await settings.swap(key, stored, { ...others, ...mine })) return;
      }
      throw new AppError("conflict", "Others are changing budgets at this moment. Try again.");
    },
  };
}

function parse(stored: unknown): z.output<typeof fields> {
  return fields.safeParse(stored).data ?? {};
}

import type { Block, Message, Span, Text } from "../domain/message.ts";
import type { Billing } from "../domain/usage.ts";
import type { TeamBudget } from "../services/budgets.ts";
import type { RouteMode } from "../services/route-mode.ts";
import type { BudgetStatus, CostProjection } from "../services/usage-report.ts";
import { budgetBar } from "./cost.ts";
import { count, dollars, listNames, toneOf } from "./format.ts";
import { knownAs, personSpan } from "./people.ts";
import { shortDayName } from "./period-words.ts";
import { answerActions } from "./quota-table.ts";

/** All budgets as they stand. */
export interface BudgetFacts {
  /** In the order of `statuses`. */
  budgets: readonly TeamBudget[];
  statuses: readonly BudgetStatus[];
  /** What the expectations were reckoned from. */
  projection?: CostProjection | undefined;
  /** Which accounts alone are used at present. */
  mode?: RouteMode | undefined;
  /** Where it is read. */
  surface: string;
}

const accountsPaid: Readonly<Record<Billing, string>> = {
  subscription: "accounts of subscriptions",
  paid: "paid accounts",
  prepaid: "prepaid accounts",
  free: "free accounts",
};

/** Where budgets stand and are going, and what happens when one is exceeded. */
export function budgetStatus(facts: BudgetFacts): Message {
  const { budgets, statuses, mode, projection } = facts;
  if (statuses.length === 0) return noBudgets;
  const bars = statuses.map(budgetBar);
  const blocks: Block[] = [{ type: "bars", bars }];
  if (mode !== undefined) blocks.push({ type: "text", text: modeText(mode) });
  blocks.push(
    {
      type: "facts",
      facts: budgets.map((budget) => ({ label: budget.id, value: whatFollows(budget, facts) })),
    },
    { type: "text", text: basisText(projection) },
    { type: "actions", actions: answerActions("budget") },
  );
  return { title: "Budgets", tone: toneOf(bars.map(({ mark }) => mark)), blocks, footer: howToSet };
}

/** "told at 80% and 100%; once exceeded, only free accounts are used; set by @lan on 22 Nov" */
function whatFollows({ at, switchTo, setBy }: TeamBudget, { surface }: BudgetFacts): Text {
  const parts: Span[] = [`told at ${listNames(at.map((mark) => `${mark}%`))}`];
  if (switchTo !== undefined) parts.push(`; once exceeded, only ${accountsPaid[switchTo]} are used`);
  if (setBy !== undefined) {
    parts.push("; set by ", personSpan(knownAs(setBy, surface)), " ", {
      instant: setBy.at,
      style: "countdown",
    });
  }
  return parts;
}

function modeText({ to, budget, until }: RouteMode): Text {
  const what = `Only ${accountsPaid[to]}`;
  return [{ strong: what }, ` are used until the end of ${shortDayName(until)}, as ${budget} is exceeded.`];
}

function basisText(projection: CostProjection | undefined): string {
  if (projection === undefined) return "What is to be expected cannot be told yet: not enough data.";
  const { days, daysWithUse } = projection;
  return `Expected at the pace of the last ${count(days, "day")}, ${daysWithUse} with use. Only billed money counts.`;
}

const howToSet: Text = [
  { code: "/quota budget set daily 5" },
  " sets one (admins), ",
  { code: "set daily off" },
  " takes that back.",
];

const noBudgets: Message = {
  title: "Budgets",
  tone: "neutral",
  blocks: [
    { type: "text", text: "No budget is set." },
    {
      type: "text",
      text: [
        "Admins set one with ",
        { code: "/quota budget set daily 5" },
        ", in US dollars, or under ",
        { code: "budgets:" },
        " in ",
        { code: "quotabot.yml" },
        ".",
      ],
    },
  ],
};

/** Somebody has set a budget. */
export function budgetSet(id: string, usd: number, status: Message): Message {
  return { ...status, title: `Budget ${id} is ${dollars(usd * 1e6)} now` };
}

/** Somebody has taken back what was set from chat. */
export function budgetTakenBack(id: string, configured: TeamBudget | undefined, status: Message): Message {
  const title =
    configured === undefined
      ? `There is no budget ${id} any more`
      : `Budget ${id} is ${dollars(configured.usd * 1e6)} again, as configured`;
  return { ...status, title };
}

/** Nobody has set this one from chat. */
export function notSetFromChat(id: string): Message {
  const text: Text = [
    `Nobody has set ${id} from chat. Budgets of the configuration are changed in `,
    { code: "quotabot.yml" },
    ".",
  ];
  return { title: "Nothing to take back", tone: "neutral", blocks: [{ type: "text", text }] };
}

/** A word of `set` is missing. */
export const setHow: Message = {
  title: "One word is missing",
  tone: "neutral",
  blocks: [
    {
      type: "text",
      text: ["Type it as ", { code: "/quota budget set daily|weekly|monthly USD" }, ", or with off."],
    },
  ],
};

import type { AlertEvent, EventType } from "../domain/event.ts";
import { percentLeft } from "./format.ts";

/** What accounts are called. */
export type NameAccount = (id: string) => {
  name: string;
  /** Set where `name` is of several that share a pool: what this one is called. */
  alone?: string | undefined;
  providerName: string;
};

/** The headline of an event; it stands alone. */
export function eventTitle(event: AlertEvent, nameAccount: NameAccount): string {
  const who = whoOf(event, nameAccount);
  return blockedTitle(event, who) ?? titles[event.type](event, who);
}

/** Whether what was to be feared has come. */
export function hasComeTrue({ type, budget, money, window }: AlertEvent): boolean {
  if (type === "quota.running_out") return (window?.usedPercent ?? 0) >= 100;
  return type === "budget.projected" && (money?.usedMicros ?? 0) >= (budget?.limitMicros ?? Number.MAX_VALUE);
}

/** What can be said of an event once it is over, where nothing better has come of it. */
export function overTitle(event: AlertEvent, nameAccount: NameAccount): string {
  const { type, budget, money } = event;
  if (hasComeTrue(event)) {
    const { name, many } = whoOf(event, nameAccount);
    return budget === undefined
      ? `${name} ${many ? "have" : "has"} run out`
      : `Budget ${budget.id} is exceeded`;
  }
  const expected = money?.projectedMicros;
  const isCalm = expected !== undefined && expected < (budget?.limitMicros ?? 0);
  if (type === "budget.projected" && isCalm) {
    return `Budget ${budget?.id} is no longer expected to be exceeded`;
  }
  return `Over: ${eventTitle(event, nameAccount)}`;
}

/** The headline of a window that has started over and is used above a threshold already. */
export function backTitle(event: AlertEvent, nameAccount: NameAccount): string {
  const { name, many } = whoOf(event, nameAccount);
  return `${name} ${many ? "are" : "is"} back, ${usedOf(event.window)}% used already`;
}

/** The headline of a window that is back before anybody was told that it was low; undefined for anything else. */
export function pastTitle(event: AlertEvent, nameAccount: NameAccount): string | undefined {
  const { type, threshold } = event;
  if (threshold === undefined || !comebacks.has(type)) return undefined;
  const { name, many } = whoOf(event, nameAccount);
  const was = threshold < 100 ? `had used ${threshold}%` : `${many ? "were" : "was"} exhausted`;
  if (type === "quota.recovered") return `${name} ${was}, and ${many ? "have" : "has"} room again`;
  return `${name} ${was}, and ${many ? "are" : "is"} back`;
}

const comebacks: ReadonlySet<EventType> = new Set(["quota.reset", "quota.reset_early", "quota.recovered"]);

/** Whom a headline is about; `many`: accounts of one pool. */
interface Who {
  name: string;
  many: boolean;
}

/** Quotas are the pool's; whether an account can be read is its own. */
function whoOf({ account, type }: AlertEvent, nameAccount: NameAccount): Who {
  if (account === undefined) return { name: "", many: false };
  const { name, alone } = nameAccount(account);
  if (alone === undefined) return { name, many: false };
  return /^(account|source)\./.test(type) ? { name: alone, many: false } : { name, many: true };
}

/** The headline of a window that is over and has brought nothing back. */
function blockedTitle({ window, blockedBy }: AlertEvent, { name }: Who): string | undefined {
  if (blockedBy === undefined) return undefined;
  const of = `The ${windowWords(window)} of ${name}`;
  if (blockedBy.id === window?.id) return `${of} began anew, exhausted again`;
  return `${of} has room again, but the ${windowWords(blockedBy)} is exhausted`;
}

/** A window by name: "5-hour window", "weekly (Fable) window". */
export function windowWords(window: AlertEvent["window"]): string {
  const scope = window?.scope === undefined ? "" : ` (${window.scope})`;
  return `${window?.label ?? "Quota"}${scope} window`;
}

const titles: Readonly<Record<EventType, (event: AlertEvent, who: Who) => string>> = {
  "quota.low": ({ window }, { name, many }) => `${name} ${many ? "have" : "has"} used ${usedOf(window)}%`,
  "quota.exhausted": ({ window }, { name, many }) => {
    const left = 100 - (window?.usedPercent ?? 100);
    if (left <= 0) return `${name} ${many ? "are" : "is"} exhausted`;
    // Use falls a little without the threshold arming again.
    return `${name} ${many ? "were" : "was"} exhausted, ${percentLeft(left)} left now`;
  },
  "quota.reset": (_event, { name, many }) => `${name} ${many ? "are" : "is"} back`,
  "quota.reset_early": (_event, { name, many }) => `${name} ${many ? "are" : "is"} back early`,
  "quota.reset_moved": ({ moved }, { name, many }) =>
    `${name} ${many ? "reset" : "resets"} ${moved !== undefined && moved.to < moved.from ? "earlier" : "later"}`,
  "quota.recovered": (_event, { name, many }) => `${name} ${many ? "have" : "has"} room again`,
  "quota.running_out": (_event, { name, many }) =>
    `${name} may run out before ${many ? "their" : "its"} reset`,
  "quota.runaway": (_event, { name, many }) => `${name} ${many ? "are" : "is"} being used up fast`,
  "quota.exhausted_often": (_event, { name, many }) => `${name} ${many ? "keep" : "keeps"} running out`,
  "account.signed_out": (_event, { name }) => `${name} is signed out`,
  "account.forbidden": (_event, { name }) => `${name} is blocked`,
  "account.needs_action": (_event, { name }) => `${name} needs attention`,
  "account.recovered": (_event, { name }) => `${name} works again`,
  "source.stale": (_event, { name }) => `No fresh numbers from ${name}`,
  "source.recovered": (_event, { name }) => `Fresh numbers from ${name} again`,
  "overage.started": (_event, { name, many }) => `${name} ${many ? "have" : "has"} begun to cost extra`,
  "budget.reached": (event) => `Budget ${event.budget?.id} is at ${spentPercent(event)}%`,
  "budget.projected": ({ budget }) => `Budget ${budget?.id} will not last at this pace`,
  "budget.exceeded": ({ budget }) => `Budget ${budget?.id} is exceeded`,
  "budget.period_over": ({ budget }) => `Budget ${budget?.id} has begun anew`,
  "cost.spike": () => "Spend today is far above the usual",
  "route.switched": ({ switched }) => `Now used: ${switched?.to}`,
};

/** Rounded down, so that no threshold is said to be reached that is not. */
function usedOf(window: AlertEvent["window"]): number {
  return Math.min(100, Math.floor(window?.usedPercent ?? 0));
}

function spentPercent({ budget, money, threshold }: AlertEvent): number | undefined {
  if (budget === undefined || money === undefined || budget.limitMicros <= 0) return threshold;
  return Math.floor((money.usedMicros / budget.limitMicros) * 100);
}

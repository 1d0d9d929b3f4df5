import type { Instant, Quota } from "../../src/core/domain/quota.ts";
import type { Random } from "./random.ts";

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

/** What a provider's windows do by themselves. */
type Kind =
  /** Begins with its first use and lasts five hours; until then it tells no reset. */
  | "opens"
  | "daily"
  /** Begins at midnight in Berlin, which is 23, 24 or 25 hours after the last one. */
  | "local"
  | "weekly"
  | "monthly"
  /** Looks back a day: use comes and goes, and there is no reset. */
  | "slides";

interface Window {
  kind: Kind;
  used: number;
  /** Counts its resets. */
  instance: number;
  resetsAt?: Instant | undefined;
  /** So much later than it says does it start over. */
  lag: number;
}

/** What an answer of the provider said of a window, and what is behind it. */
export interface Answer {
  window: string;
  /** Percent; absent: the answer did not tell. */
  used?: number | undefined;
  /** Which of the window's instances it is in truth, and when that ends unless something moves it. */
  instance: number;
  resetsAt?: Instant | undefined;
  lengthSeconds: number;
  /** One wrong answer: nothing used at all. */
  glitch?: boolean | undefined;
  scope?: string | undefined;
}

/** How much goes wrong in this world. */
export interface Troubles {
  /** Milliseconds that resets are told too early or late, at random. */
  jitter: number;
  glitches: boolean;
  /** Answers without use, or without a window. */
  gaps: boolean;
  moves: boolean;
  early: boolean;
}

const lengths: Readonly<Record<Kind, number>> = {
  opens: 5 * hours,
  daily: days,
  local: days,
  weekly: 7 * days,
  monthly: 31 * days,
  slides: days,
};

/** Percent of a window that one percent of the five-hour one is. */
const shares: Readonly<Record<Kind, number>> = {
  opens: 1,
  daily: 0.5,
  local: 0.7,
  weekly: 0.25,
  monthly: 0.1,
  slides: 0.6,
};

/** A provider's account: its windows fill as somebody works, and start over when their time has come. */
export function createQuotaWorld(random: Random, start: Instant, troubles: Troubles) {
  const kinds: Kind[] = random.one([
    ["opens", "weekly"],
    ["opens", "weekly", "slides"],
    ["daily", "monthly", "slides"],
    ["opens", "local"],
    ["opens", "daily", "weekly", "monthly"],
  ]);
  let now = start;
  let busy = random.chance(0.5);
  /** Answers for which nobody works, so that an early reset shows twice. */
  let rest = 0;
  /** Right answers since the last wrong one. */
  let right = 0;
  const windows = new Map(
    kinds.map((kind): [string, Window] => {
      const some = random.chance(0.3) ? random.between(70, 100) : random.between(0, 70);
      const used = random.chance(0.1) ? 100 : some;
      const first = start + random.between(0.05, 1) * lengths[kind];
      const resetsAt = kind === "slides" ? undefined : kind === "local" ? midnightAfter(start) : first;
      return [kind, { kind, used, instance: 1, resetsAt, lag: lagOf() }];
    }),
  );

  function lagOf(): number {
    return random.chance(0.3) ? random.between(0, 8 * minutes) : 0;
  }

  function startOver(window: Window): void {
    window.instance += 1;
    window.used = 0;
    window.lag = lagOf();
    if (window.kind === "opens") window.resetsAt = undefined;
    else if (window.resetsAt !== undefined) window.resetsAt = nextReset(window, window.resetsAt);
  }

  function nextReset({ kind }: Window, after: Instant): Instant {
    if (kind === "local") return midnightAfter(after);
    if (kind !== "monthly") return after + lengths[kind];
    const date = new Date(after);
    return date.setUTCMonth(date.getUTCMonth() + 1);
  }

  function advance(to: Instant): void {
    for (const window of windows.values()) {
      while (window.resetsAt !== undefined && window.resetsAt + window.lag <= to) startOver(window);
    }
    now = to;
  }

  function work(): void {
    if (random.chance(0.06)) busy = !busy;
    const blocked = [...windows.values()].some(({ used }) => used >= 100);
    const some = random.chance(0.08) ? random.between(12, 28) : random.between(0, 9);
    if (rest > 0) rest -= 1;
    else if (busy && !blocked) {
      for (const window of windows.values()) {
        if (window.kind === "opens" && window.resetsAt === undefined) window.resetsAt = now + lengths.opens;
        window.used = Math.min(100, window.used + some * shares[window.kind]);
      }
    }
    const slides = windows.get("slides");
    if (slides !== undefined) slides.used = Math.max(0, slides.used - random.between(0, 4));
  }

  function misfortune(): void {
    const [window] = [random.one([...windows.values()])];
    if (window.resetsAt === undefined) return;
    if (troubles.moves && random.chance(0.004)) {
      const moved = window.resetsAt + random.between(-0.3, 0.3) * lengths[window.kind];
      if (moved > now + 30 * minutes) {
        window.resetsAt = moved;
        right = 0;
      }
    }
    if (troubles.early && random.chance(0.004) && window.resetsAt > now + hours && window.used > 0) {
      window.resetsAt = now;
      startOver(window);
      rest = 3;
    }
  }

  return {
    /** Whether something has happened that only the next answer confirms. */
    isUnsettled: () => rest > 0,
    /** What the provider answers now: its quotas, and what is behind each. */
    answer(at: Instant): { quotas: Quota[]; answers: Answer[] } {
      advance(at);
      misfortune();
      work();
      const isCalm = [...windows.values()].every(
        ({ resetsAt = Number.POSITIVE_INFINITY }) => resetsAt - troubles.jitter > at,
      );
      const glitch = troubles.glitches && rest === 0 && right > 2 && isCalm && random.chance(0.02);
      right = glitch ? 0 : right + 1;
      const quotas: Quota[] = [];
      const answers: Answer[] = [];
      for (const [id, { kind, used, instance, resetsAt }] of windows) {
        const scope = kind === "slides" ? "slides" : undefined;
        const lengthSeconds = lengths[kind] / 1000;
        const about = { window: id, instance, resetsAt, lengthSeconds, scope, glitch };
        const gone = troubles.gaps && rest === 0 && random.chance(0.03);
        if (gone && random.chance(0.5)) {
          answers.push(about);
          continue;
        }
        const told = gone ? undefined : glitch ? 0 : used;
        answers.push({ ...about, used: told });
        quotas.push({
          ...{ kind: "quota", id, label: kind, windowSeconds: lengthSeconds, unit: "percent", limit: 100 },
          ...{ scope, used: told },
          resetsAt:
            resetsAt === undefined ? undefined : resetsAt + random.between(-troubles.jitter, troubles.jitter),
        });
      }
      return { quotas, answers };
    },
  };
}

const berlin = new Intl.DateTimeFormat("en", {
  timeZone: "Europe/Berlin",
  hour: "2-digit",
  hourCycle: "h23",
});

/** The hour that a clock in Berlin shows. */
export function hourInBerlin(at: Instant): number {
  return Number(berlin.format(at));
}

/** The next time that a clock in Berlin shows midnight. */
function midnightAfter(at: Instant): Instant {
  let next = Math.floor(at / hours) * hours + hours;
  while (hourInBerlin(next) !== 0) next += hours;
  return next;
}

import type { RouteMode } from "../domain/availability.ts";
import type { Combos } from "../domain/combo.ts";
import type { AlertEvent } from "../domain/event.ts";
import type { Instant } from "../domain/quota.ts";
import {
  byWorth,
  type Candidate,
  type Choice,
  chooseAlong,
  chooseAmong,
  usableNow,
} from "../domain/route.ts";
import { AppError } from "../errors.ts";
import { didYouMean, nearest } from "../matching.ts";
import { hindranceWords } from "../messages/route-words.ts";
import type { Clock, Log, Settings } from "../ports.ts";
import type { Candidates } from "./candidates.ts";
import { createKeptChoices } from "./kept-choices.ts";
import type { ServedModels } from "./served-models.ts";

/** What to use now for a combo or a model, and what after it. */
export interface Route {
  /** The combo's name, or the model's. */
  name: string;
  kind: "combo" | "model";
  /** Absent: nothing can be used now. */
  choice?: Candidate | undefined;
  /** Since when it is the choice; absent while another one only stands in for it. */
  since?: Instant | undefined;
  /** What is sat out because it is back within two minutes. */
  standsInFor?: string | undefined;
  /** The choice, then the others: usable ones first, in the combo's order or the best ones first. */
  order: readonly Candidate[];
  /** Set while a budget restricts what is used. */
  mode?: RouteMode | undefined;
}

export interface Routes {
  /**
   * What to use for a combo, or for a model when there is no combo of that name.
   * @throws not_found for a combo that is not configured, and for a model that no account is known to serve
   */
  route(wanted: { combo: string } | { model: string } | { name: string }): Route;
  /** What to use for a model now, or where nothing can be, what comes back first. Throws like `route`. */
  best(model: string): Candidate;
  /** What a budget has restricted usage to. */
  mode(): RouteMode | undefined;
  /** Takes note that something is known of an account that was not before. */
  touch(account: string): void;
  /** The same of models. */
  touchModels(models: readonly string[]): void;
  /** Takes in what other processes and budgets have decided, and decides anew for every combo. Never throws. */
  sweep(): Promise<void>;
  /** Calls back once, over all replicas, when a combo has switched. */
  onSwitch(listener: (event: AlertEvent) => void): void;
}

/** So many answers and choices are remembered; of more the oldest go. */
const mostRemembered = 10_000;

/**
 * Answers from what is prepared: an answer stands until something is learned of one of its accounts, or until an instant
 * at which it changes by itself. Choices for models are this process's own; those of combos are stored and shared.
 */
export function createRoutes(options: {
  combos: Combos;
  candidates: () => Candidates;
  served: Pick<ServedModels, "suggest">;
  settings: Pick<Settings, "get" | "swap">;
  currentMode: () => Promise<RouteMode | undefined>;
  /** Called when that has changed. */
  onMode: () => void;
  clock: Clock;
  log: Log;
}): Routes {
  const { combos, clock, log } = options;
  const answers = new Map<string, { route: Route; changesAt: Instant }>();
  const byAccount = new Map<string, Set<string>>();
  const models = new Map<string, Choice>();
  const listeners: ((event: AlertEvent) => void)[] = [];
  let mode: RouteMode | undefined;
  const choices = createKeptChoices({
    ...{ combos: Object.keys(combos), settings: options.settings, log },
    onAdopted: (combo) => forget(keyOf("combo", combo)),
    onStored(combo, from, { key: to, since: at }) {
      forget(keyOf("combo", combo));
      if (from === undefined || from === to) return;
      const left = options
        .candidates()
        .ofCombo(combo)
        .find(({ key }) => key === from);
      const [why] = left?.verdict.hindrances ?? [];
      const reason = why === undefined ? undefined : `${from}: ${hindranceWords(why)}.`;
      const event: AlertEvent = { type: "route.switched", at, switched: { combo, from, to }, reason };
      for (const listener of listeners) listener(event);
    },
  });

  function forget(key: string): void {
    for (const { account } of answers.get(key)?.route.order ?? []) byAccount.get(account)?.delete(key);
    answers.delete(key);
  }

  function remember(key: string, route: Route, changesAt: Instant): Route {
    forget(key);
    answers.set(key, { route, changesAt });
    for (const { account } of route.order) {
      byAccount.set(account, (byAccount.get(account) ?? new Set<string>()).add(key));
    }
    const [oldest] = answers.keys();
    if (answers.size > mostRemembered && oldest !== undefined) forget(oldest);
    return route;
  }

  function answer(kind: Route["kind"], name: string): Route {
    const key = keyOf(kind, name);
    const now = clock.now();
    const known = answers.get(key);
    if (known !== undefined && now < known.changesAt) return known.route;
    const found = kind === "combo" ? along(name, now) : among(name, now);
    const { order, choice } = found;
    const usable = usableNow(order, choice);
    const isChoice = usable !== undefined && usable.key === choice?.key;
    const route: Route = {
      ...{ name, kind, mode: activeMode(now) },
      choice: usable,
      since: isChoice ? choice.since : undefined,
      standsInFor: isChoice || usable === undefined ? undefined : choice?.key,
      order: usable === undefined ? order : [usable, ...order.filter((one) => one !== usable)],
    };
    return remember(key, route, nextChange(order, choice, now));
  }

  function along(combo: string, now: Instant) {
    const chain = options.candidates().ofCombo(combo);
    const before = choices.of(combo);
    const choice = chooseAlong(chain, before, now);
    if (choice !== undefined && choice !== before) choices.change(combo, choice);
    const usable = chain.filter(({ verdict }) => verdict.available);
    return { choice, order: [...usable, ...chain.filter(({ verdict }) => !verdict.available)] };
  }

  function among(model: string, now: Instant) {
    const order = options.candidates().ofModel(model).sort(byWorth);
    if (order.length === 0) throw unknownModel(model);
    const key = keyOf("model", model);
    const choice = chooseAmong(order, models.get(key), now);
    if (choice !== undefined) {
      models.delete(key);
      models.set(key, choice);
      const [oldest] = models.keys();
      if (models.size > mostRemembered && oldest !== undefined) models.delete(oldest);
    }
    return { choice, order };
  }

  function unknownModel(model: string): AppError {
    const hint = didYouMean(options.served.suggest(model) ?? nearest(model, Object.keys(combos)));
    const message = `No account is known to serve "${model.slice(0, 120)}", by its quotas, by use in the last 30 days or by a combo.`;
    return new AppError("not_found", message + hint);
  }

  function activeMode(now: Instant): RouteMode | undefined {
    return mode !== undefined && (mode.until ?? Number.MAX_SAFE_INTEGER) > now ? mode : undefined;
  }

  function route(wanted: Parameters<Routes["route"]>[0]): Route {
    if ("model" in wanted) return answer("model", wanted.model);
    const name = "combo" in wanted ? wanted.combo : wanted.name;
    if (Object.hasOwn(combos, name)) return answer("combo", name);
    if ("name" in wanted) return answer("model", name);
    const hint = didYouMean(nearest(name, Object.keys(combos)));
    throw new AppError("not_found", `No combo is called "${name.slice(0, 120)}".${hint}`);
  }

  return {
    route,
    best(model) {
      const { choice, order } = answer("model", model);
      const found = choice ?? order.toSorted((a, b) => endOf(a) - endOf(b))[0];
      if (found === undefined) throw unknownModel(model);
      return found;
    },
    mode: () => mode,
    touch(account) {
      for (const key of [...(byAccount.get(account) ?? [])]) forget(key);
    },
    touchModels(changed) {
      for (const model of changed) forget(keyOf("model", model));
    },
    async sweep() {
      try {
        const next = await options.currentMode();
        if (JSON.stringify(next) !== JSON.stringify(mode)) {
          mode = next;
          for (const key of [...answers.keys()]) forget(key);
          options.onMode();
        }
      } catch (error) {
        log.warn({ error }, "What budgets restrict routes to cannot be asked for now.");
      }
      await choices.load();
      for (const combo of Object.keys(combos)) answer("combo", combo);
      await choices.settled();
    },
    onSwitch: (listener) => void listeners.push(listener),
  };
}

/** However a model is capitalised, it is the same one. */
function keyOf(kind: Route["kind"], name: string): string {
  return `${kind} ${kind === "model" ? name.toLowerCase() : name}`;
}

function endOf({ verdict }: Candidate): Instant {
  return verdict.until ?? never;
}

const never = Number.MAX_SAFE_INTEGER;
/** See `lasts` of domain/route: so long before its end a hindrance begins to be sat out. */
const brief = 120_000;

/** The first instant at which an answer may be another one, though nothing is learned. */
function nextChange(order: readonly Candidate[], choice: Choice | undefined, now: Instant): Instant {
  const instants = order.flatMap(({ verdict }) => [verdict.changesAt, (verdict.until ?? 0) - brief]);
  for (const expected of Object.values(choice?.awaited ?? {})) instants.push(expected ?? 0);
  return instants.filter((instant) => instant > now).reduce((least, one) => Math.min(least, one), never);
}

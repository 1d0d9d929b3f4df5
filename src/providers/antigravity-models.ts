import type { z } from "zod";
import type { Instant, Quota } from "../core/domain/quota.ts";
import { hour, windowLabel } from "../core/domain/window.ts";
import { fractionOf, type Pool, pools } from "./antigravity-summary.ts";
import { remainderFields, sameReset, usedOf } from "./cloud-code-quota.ts";
import { dictionary, flag, list, record, text, unwrap } from "./kit/lenient.ts";
import { slug, withDistinctIds } from "./kit/naming.ts";

/** One model as `fetchAvailableModels` tells it. */
export interface Model {
  id: string;
  /** What it counts to, from the widest to the model itself: its pool, its family, itself. */
  places: readonly [pool: Pool, family: Pool, own: Pool];
  /** The part that is left, from 0 to 1. */
  fraction?: number | undefined;
  resetsAt?: Instant | undefined;
}

const available = record({
  models: dictionary(
    record({
      displayName: text,
      model: text,
      modelProvider: text,
      apiProvider: text,
      isInternal: flag,
      disabled: flag,
      quotaInfo: record(remainderFields),
    }),
  ),
  imageGenerationModelIds: list(text),
});
type Entry = NonNullable<z.output<typeof available>>["models"] extends Map<string, infer Item> | undefined
  ? Item
  : never;

const images: Pool = { id: "gemini-image", name: "Image generation" };

/** The models that people can choose and that have a quota. */
export function availableModels(body: unknown, now: Instant): Model[] {
  const told = available.parse(unwrap(body, ["models"]));
  const models: Model[] = [];
  for (const [id, entry] of told?.models ?? []) {
    if (entry.quotaInfo === undefined || entry.disabled === true || isInternal(id, entry)) continue;
    const image = told?.imageGenerationModelIds?.includes(id) === true;
    const own = { id: slug(id), name: entry.displayName ?? id };
    const pool = image ? images : (poolOf(id, isGoogle(entry)) ?? own);
    const resetsAt = entry.quotaInfo.resetTime;
    models.push({
      id,
      places: [pool, familyOf(id) ?? own, own],
      fraction: fractionOf(entry.quotaInfo, resetsAt, now),
      resetsAt,
    });
  }
  return models;
}

/** Completion and chat models that only the editor itself uses. Real models carry placeholders too, but in `model`. */
function isInternal(id: string, { isInternal, model }: Entry): boolean {
  return (
    isInternal === true ||
    /^(chat_|tab_|model_chat_|model_placeholder_)/i.test(id) ||
    /^model_chat_/i.test(model ?? "")
  );
}

/** Undefined when the answer does not tell whose model it is. */
function isGoogle({ modelProvider, apiProvider }: Entry): boolean | undefined {
  const provider = modelProvider ?? apiProvider;
  return provider === undefined ? undefined : /google/i.test(provider);
}

/** The pool that a model draws on, going by its name where nothing else is known; undefined: one of its own. */
export function poolOf(model: string, google?: boolean): Pool | undefined {
  if (/image/i.test(model)) return images;
  if (google ?? /^gemini/i.test(model)) return pools.gemini;
  if (google === false || /^(claude|gpt)/i.test(model)) return pools.thirdParty;
  return undefined;
}

function familyOf(model: string): Pool | undefined {
  const families: [pattern: RegExp, family: Pool][] = [
    [/^claude/i, { id: "claude", name: "Claude" }],
    [/^gpt/i, { id: "gpt", name: "GPT" }],
    [/^gemini.*flash.*lite/i, { id: "gemini-flash-lite", name: "Gemini Flash-Lite" }],
    [/^gemini.*flash/i, { id: "gemini-flash", name: "Gemini Flash" }],
    [/^gemini.*pro/i, { id: "gemini-pro", name: "Gemini Pro" }],
  ];
  return families.find(([pattern]) => pattern.test(model))?.[1];
}

/**
 * One five-hour window per pool. When the models of a pool differ it falls into families, and a family whose models
 * differ into models, so that no number stands for a model that it does not hold for.
 */
export function modelWindows(models: readonly Model[]): Quota[] {
  return withDistinctIds(windowsAt(0, models));
}

function windowsAt(level: 0 | 1 | 2, models: readonly Model[]): Quota[] {
  const groups = new Map<string, Model[]>();
  for (const model of models) {
    const { id } = model.places[level];
    groups.set(id, [...(groups.get(id) ?? []), model]);
  }
  return [...groups.values()].flatMap((members) => {
    const known = members.filter(({ fraction }) => fraction !== undefined);
    const [first, ...others] = known.length > 0 ? known : members;
    if (first === undefined) return [];
    if (level === 2 || others.every((other) => agree(first, other))) return [toQuota(first, level, members)];
    return windowsAt(level === 0 ? 1 : 2, members);
  });
}

function agree(a: Model, b: Model): boolean {
  return a.fraction === b.fraction && sameReset(a, b);
}

/** The window of all `members`, with the figures of one that tells them. */
function toQuota({ places, fraction, resetsAt }: Model, level: 0 | 1 | 2, members: readonly Model[]): Quota {
  const { id, name } = places[level];
  return {
    kind: "quota",
    id: `${id}-5h`,
    label: windowLabel(5 * hour),
    windowSeconds: 5 * hour,
    scope: name,
    models: members.map((member) => member.id),
    unit: "percent",
    used: usedOf(fraction),
    limit: 100,
    resetsAt,
  };
}

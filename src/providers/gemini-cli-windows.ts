import type { Instant, Quota } from "../core/domain/quota.ts";
import { day, windowLabel } from "../core/domain/window.ts";
import { type ModelQuota, sameReset, usedOf } from "./cloud-code-quota.ts";
import { slug, withDistinctIds } from "./kit/naming.ts";

/**
 * One window of a day per model; models of a family whose figures are the same share it. A model that is told
 * several times counts with what is least.
 */
export function dailyWindows(quotas: readonly ModelQuota[]): Quota[] {
  const models = new Map<string, ModelQuota>();
  for (const quota of quotas) {
    const key = quota.model ?? "";
    const rival = models.get(key);
    if (rival === undefined || left(quota) < left(rival)) models.set(key, quota);
  }
  const families = new Map<string, ModelQuota[]>();
  for (const [model, quota] of models) {
    const family = familyOf(model) ?? model;
    families.set(family, [...(families.get(family) ?? []), quota]);
  }
  const windows = [...families].flatMap(([family, members]) => {
    const [first, ...others] = members;
    const shared = first !== undefined && others.length > 0 && others.every((other) => agree(first, other));
    return shared
      ? [toQuota(first, family, members)]
      : members.map((member) => toQuota(member, member.model, [member]));
  });
  return withDistinctIds(windows);
}

/** For comparing: unknown is more than all. */
function left({ remainder }: ModelQuota): number {
  return remainder.fraction ?? 2;
}

function agree(a: ModelQuota, b: ModelQuota): boolean {
  return (
    a.remainder.fraction === b.remainder.fraction &&
    a.remainder.amount === b.remainder.amount &&
    a.tokenType === b.tokenType &&
    sameReset(a, b)
  );
}

function familyOf(model: string): string | undefined {
  const id = model.toLowerCase();
  if (id.includes("flash") && id.includes("lite")) return "Flash-Lite";
  if (id.includes("pro")) return "Pro";
  return id.includes("flash") ? "Flash" : undefined;
}

/** The window of all `members`, with the figures of one. */
function toQuota(quota: ModelQuota, scope: string | undefined, members: readonly ModelQuota[]): Quota {
  const models = members.flatMap(({ model }) => model ?? []);
  return {
    ...dailyWindow(scope),
    ...figuresOf(quota),
    models: models.length > 0 ? models : undefined,
    resetsAt: quota.resetsAt,
  };
}

function dailyWindow(
  scope: string | undefined,
): Pick<Quota, "kind" | "id" | "label" | "windowSeconds" | "scope"> {
  const label = windowLabel(day);
  return { kind: "quota", id: scope === undefined ? label : slug(scope), label, windowSeconds: day, scope };
}

/** Counts where both what is left and its part of the whole are told; otherwise percent, or what little is known. */
function figuresOf({ remainder, tokenType }: ModelQuota): Pick<Quota, "unit" | "used" | "limit"> {
  const { amount } = remainder;
  const fraction = remainder.fraction ?? (amount === 0 ? 0 : undefined);
  const unit = { REQUESTS: "requests", TOKENS: "tokens" }[(tokenType ?? "REQUESTS").toUpperCase()];
  if (unit !== undefined && amount !== undefined && fraction !== 0) {
    if (fraction === undefined) return { unit };
    const limit = Math.round(amount / fraction);
    if (amount > 0 && limit >= amount && Number.isSafeInteger(limit)) {
      return { unit, used: limit - amount, limit };
    }
  }
  return { unit: "percent", used: usedOf(fraction), limit: 100 };
}

/** The window of a model, or of the account, that a refusal says is used up. */
export function exhausted({
  model,
  resetsAt,
}: {
  model?: string | undefined;
  resetsAt?: Instant | undefined;
}): Quota {
  const models = model === undefined ? undefined : [model];
  return { ...dailyWindow(model), models, unit: "percent", used: 100, limit: 100, resetsAt };
}

import { createHash } from "node:crypto";
import type { Reading } from "../../core/domain/quota.ts";
import type { ProviderReading } from "../../core/provider.ts";
import { withDistinctIds } from "../kit/naming.ts";

/**
 * What the rest of the program may rely on, whatever a provider made of its answer: finite numbers, nothing used
 * below zero, distinct ids, one line of text of a length people read. What is senseless is dropped, not repaired. The
 * owner is a hash from here on, as it may be somebody's e-mail address.
 */
export function soundReading({ plan, readings, owner, retired }: ProviderReading): ProviderReading {
  return {
    plan: plan === undefined ? undefined : oneLine(plan),
    readings: withDistinctIds(readings.flatMap((reading) => sound(reading) ?? [])),
    owner: owner === undefined || owner === "" ? undefined : hashOf(owner),
    retired,
  };
}

function hashOf(owner: string): string {
  return createHash("sha256").update(owner).digest("hex").slice(0, 16);
}

function sound(reading: Reading): Reading | undefined {
  const named = { ...reading, label: oneLine(reading.label) ?? reading.id };
  if (named.kind === "balance") return Number.isFinite(named.remaining) ? named : undefined;
  const window = {
    limit: notNegative(named.limit),
    windowSeconds: positive(named.windowSeconds),
    resetsAt: positive(named.resetsAt),
  };
  if (named.kind === "quota") {
    const used = notNegative(named.used);
    // A thousandfold use is some other number in that field.
    const sane = used !== undefined && (window.limit === undefined || used <= window.limit * 1000);
    return { ...named, ...window, used: sane ? used : undefined, scope: oneLine(named.scope) };
  }
  return notNegative(named.used) === undefined ? undefined : { ...named, ...window };
}

function notNegative(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : notNegative(value);
}

function oneLine(text: string | undefined): string | undefined {
  const line = text?.replace(/[\p{C}\s]+/gu, " ").trim();
  if (line === undefined || line === "") return undefined;
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

import { z } from "zod";
import type { Reading } from "../core/domain/quota.ts";
import { windowLabel } from "../core/domain/window.ts";
import { AppError } from "../core/errors.ts";
import type { PushedSnapshot } from "../core/services/accept-snapshot.ts";
import { known } from "../core/services/json-fields.ts";
import { instantField } from "./instant.ts";
import { line } from "./line-field.ts";

/** A finite number, or text that spells one. */
const number = (inner = z.number()) =>
  z.preprocess(
    (value) =>
      typeof value === "string" && /^[+-]?\d+(\.\d+)?$/.test(value.trim()) ? Number(value.trim()) : value,
    inner,
  );
const count = number(z.number().min(0, "must not be negative"));

const unit = z.string().regex(/^[a-z]{1,20}$/, "must be a unit such as percent, tokens or usd");
const name = { id: line(120), label: known(line(80)) };
const window = {
  limit: known(count),
  windowSeconds: known(number(z.number().gt(0))),
  resetsAt: known(instantField),
};

const quota = z.object({
  kind: z.literal("quota").default("quota"),
  ...name,
  ...window,
  unit: unit.default("percent"),
  scope: known(line(80)),
  used: known(count),
  usedPercent: known(count),
});
const spend = z.object({ kind: z.literal("spend"), ...name, ...window, unit, used: count });
const balance = z.object({ kind: z.literal("balance"), ...name, unit, remaining: number() });

const reading = z.preprocess(
  (value) => (typeof value === "object" && value !== null ? { kind: "quota", ...value } : value),
  z.discriminatedUnion("kind", [quota, spend, balance], { error: "must be a quota, a spend or a balance" }),
);

/** The body of a pushed snapshot. */
export const pushedSnapshotBody = z
  .object({
    account: line(120),
    user: known(line(200)),
    at: known(instantField),
    plan: known(line(80)),
    statusline: known(z.record(z.string(), z.unknown())),
    readings: known(z.array(reading).min(1, "must have at least one").max(500)),
  })
  .superRefine(({ statusline, readings }, context) => {
    if ((statusline === undefined) === (readings === undefined))
      context.addIssue({ code: "custom", message: "give either `statusline` or `readings`" });
    const ids = (readings ?? []).map(({ id }) => id);
    ids.forEach((id, index) => {
      if (ids.indexOf(id) < index)
        context.addIssue({
          code: "custom",
          path: ["readings", index, "id"],
          message: "is taken by another one",
        });
    });
  })
  .meta({ id: "PushedSnapshot", description: "Either a `statusline` document or `readings`" });

/**
 * The body of a pushed snapshot: a raw status line document, or windows read already, in the shape in which the bot
 * itself gives out readings. What is null or left out is unknown.
 * @throws request_invalid with every problem and its path, without the values
 */
export function parsePushedSnapshot(written: unknown): PushedSnapshot {
  const parsed = pushedSnapshotBody.safeParse(written);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${pathText(path)}${message}`);
    throw new AppError("request_invalid", `This is not a snapshot: ${problems.join("; ")}`, { problems });
  }
  const { statusline, readings, ...about } = parsed.data;
  return {
    ...about,
    content: readings === undefined ? { statusLine: statusline } : { readings: readings.map(toReading) },
  };
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return text === "" ? "" : `${text.replace(/^\./, "")}: `;
}

function toReading(written: z.output<typeof reading>): Reading {
  if (written.kind === "balance") return { ...written, label: written.label ?? written.id };
  const { windowSeconds } = written;
  const label = written.label ?? (windowSeconds === undefined ? written.id : windowLabel(windowSeconds));
  if (written.kind === "spend") return { ...written, label };
  const { usedPercent, ...quota } = written;
  if (quota.used !== undefined || usedPercent === undefined) {
    return { ...quota, label, limit: quota.limit ?? (quota.unit === "percent" ? 100 : undefined) };
  }
  if (quota.limit !== undefined) return { ...quota, label, used: (usedPercent / 100) * quota.limit };
  return { ...quota, label, unit: "percent", used: usedPercent, limit: 100 };
}

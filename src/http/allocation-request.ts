import { z } from "zod";
import { complexities, priorities } from "../core/domain/estimate.ts";
import { howLongExamples, parseHowLong } from "../core/domain/how-long.ts";
import { AppError } from "../core/errors.ts";
import { nearest } from "../core/matching.ts";
import type { AllocationRequest } from "../core/services/allocation-request.ts";

/** A field that may be left out, null or empty, all of which mean that it is not told. */
function optional<Inner extends z.ZodType>(inner: Inner) {
  return z.preprocess((value) => (value === null || value === "" ? undefined : value), inner.optional());
}

const line = (longest: number) =>
  z.string("must be text").trim().max(longest, `is longer than ${longest} characters`);
const name = optional(line(200));

/** A whole number, or its digits. */
const whole = (least: number) =>
  optional(
    z.preprocess(
      (value) => (typeof value === "string" && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value),
      z.int(`must be a whole number of at least ${least}`).min(least, `must be at least ${least}`),
    ),
  );

/** true and false, also as text, 1 and 0. */
const flag = optional(
  z.preprocess((value) => {
    if (value === "true" || value === "1" || value === 1) return true;
    return value === "false" || value === "0" || value === 0 ? false : value;
  }, z.boolean("must be true or false")),
);

const ttlHint = `must be seconds, or a time such as ${howLongExamples.split(",")[0]}`;

/** Seconds, or a time such as "30m", as milliseconds. */
const ttl = optional(
  z.union([z.number(), z.string()], ttlHint).transform((written, context) => {
    const seconds = typeof written === "string" && /^\d{1,9}$/.test(written) ? Number(written) : written;
    const length = typeof seconds === "number" ? seconds * 1000 : parseHowLong(seconds);
    if (typeof length === "number" && length > 0) return length;
    context.issues.push({ code: "custom", input: written, message: ttlHint });
    return z.NEVER;
  }),
);

/** What makes a task larger or smaller. */
export const circumstanceFields = {
  files: whole(0),
  complexity: optional(z.enum(complexities, `must be ${complexities.join(", ")}`)),
  conservative: flag,
  urgent: flag,
};

export const taskField = line(200).min(1, "must not be empty");

const allocationShape = {
  agent: line(200).meta({ minLength: 1, maxLength: 64, description: "Who asks" }),
  account: name.meta({ description: "Id of the account; or a `combo`, or a `model` alone" }),
  combo: name,
  model: name,
  tokens: whole(1).meta({ description: "How many; or a `task` to estimate them from" }),
  task: name,
  ...circumstanceFields,
  priority: optional(z.enum(priorities, `must be ${priorities.join(", ")}`)),
  ttl: ttl.meta({ description: `How long it lasts: seconds, or text such as ${howLongExamples}` }),
  id: name.meta({ description: "Of the request: the same again is answered with the same allocation" }),
};

/** The body of a request for tokens. */
export const allocationBody = z.strictObject(allocationShape).meta({ id: "AllocationRequest" });

/**
 * What an agent asks for, from the body of its request.
 * @throws request_invalid with everything that is wrong
 */
export function readAllocationRequest(body: unknown): AllocationRequest {
  const parsed = allocationBody.safeParse(body);
  if (parsed.success) {
    const { id, ...request } = parsed.data;
    return { ...request, request: id };
  }
  const problems = parsed.error.issues.flatMap((issue): string[] => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => unknownField(key, Object.keys(allocationShape)));
    const [field] = issue.path;
    if (field === undefined) return ["The body is not a JSON object."];
    const missing = (body as Record<PropertyKey, unknown>)[field] === undefined;
    return [`${String(field)}: ${missing ? "is missing" : issue.message}.`];
  });
  throw new AppError("request_invalid", problems.join(" "), problems.length > 1 ? { problems } : {});
}

function unknownField(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const hint = meant === undefined ? `There are ${known.join(", ")}.` : `Did you mean "${meant}"?`;
  return `${key.slice(0, 40)}: is not known here. ${hint}`;
}

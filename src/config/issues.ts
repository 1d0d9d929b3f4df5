import type { z } from "zod";
import { type Path, type Problem, unknownKey } from "./problems.ts";

/** The message by which a map tells, in an issue about unknown keys, which keys it knows. */
export function knownKeys(keys: readonly string[]): string {
  return keys.join(" ");
}

/** Parses the value, with all that is wrong in our words. The value itself is never repeated. */
export function parseAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: Path = [],
): { value: z.output<Schema> | undefined; problems: readonly Problem[] } {
  const parsed = schema.safeParse(value, { error: wording });
  if (parsed.success) return { value: parsed.data, problems: [] };
  return { value: undefined, problems: parsed.error.issues.flatMap((issue) => toProblems(issue, path)) };
}

function toProblems(issue: z.core.$ZodIssue, around: Path): Problem[] {
  const path = [...around, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code === "invalid_union") return likeliest(issue.errors).flatMap((one) => toProblems(one, path));
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  const known = issue.message.split(" ");
  return issue.keys.map((key) => unknownKey(path, key, known));
}

/** What is wrong with the form that was meant: the first one of the right kind, else the first one. */
function likeliest(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const isOfKind = (issues: readonly z.core.$ZodIssue[]) =>
    !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0);
  return forms.find(isOfKind) ?? forms[0] ?? [];
}

function wording(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return "missing";
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, issue.input);
    case "invalid_value":
      return `must be ${alternatives(issue.values)}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "not a name";
    case "too_small":
      return tooSmall(issue);
    case "too_big":
      return `must be at most ${issue.maximum}`;
    default:
      return "cannot be used as it is";
  }
}

function wrongType(expected: string, input: unknown): string {
  switch (expected) {
    case "string":
      return typeof input === "object" ? "must be text" : "must be text; put it in quotes";
    case "int":
      return "must be a whole number";
    case "number":
      return "must be a number";
    case "boolean":
      return "must be true or false";
    case "array":
      return "must be a list, with each item after a `- `";
    default:
      return "must be a map of keys and values";
  }
}

function tooSmall(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall>): string {
  if (issue.origin === "string") return "must not be empty";
  if (issue.origin === "array") return "must have at least one item";
  return issue.inclusive ? `must be at least ${issue.minimum}` : `must be more than ${issue.minimum}`;
}

function alternatives(values: readonly z.core.util.Primitive[]): string {
  const words = values.map((value) => `\`${String(value)}\``);
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} or ${last}`;
}

import { z } from "zod";
import { billings, dimensions } from "../../core/domain/usage.ts";

/** What the schemas of answers are made of. Every field of an answer is there; what is not known is null. */
export const text = z.string();
export const number = z.number();
export const count = z.int().min(0);
export const flag = z.boolean();
export const orNull = <Inner extends z.ZodType>(inner: Inner) => inner.nullable();

export const instant = z
  .string()
  .meta({ format: "date-time", description: "ISO 8601 in UTC", examples: ["2026-11-22T03:00:00Z"] });
export const day = z
  .string()
  .meta({ format: "date", description: "A day of the team's time zone", examples: ["2026-11-22"] });
export const usd = number.meta({ description: "US dollars, exact to the micro-dollar" });
export const percent = number.meta({ description: "From 0 to 100; beyond 100 when a limit is exceeded" });

export const billing = z.enum(billings);
export const priority = z.enum(["low", "normal", "high"]);
export const dimension = z.enum(dimensions);

export const period = z.object({
  name: text.meta({ description: "As it was asked for" }),
  from: day,
  to: day,
});

/** What a function has to make so that a schema describes it: its fields and their kinds. The words are left to tests. */
export type Told<Schema extends z.ZodType> = Plain<z.input<Schema>>;

type Plain<Value> = Value extends string
  ? string
  : Value extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Plain<Value[Name]> }
      : Value;

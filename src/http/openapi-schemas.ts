import { z } from "zod";

/** JSON Schema of 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = { [keyword: string]: unknown };

const home = "#/components/schemas/";

/** Turns zod schemas into JSON Schema; those with an `id` become components, which all that use them refer to. */
export function createSchemas() {
  const components: Record<string, JsonSchema> = {};

  /** What is written to satisfy the schema, as one answers or sends it. */
  function of(schema: z.ZodType<unknown, unknown>): JsonSchema {
    const made = z.toJSONSchema(schema, {
      io: "input",
      unrepresentable: "any",
      override({ jsonSchema }) {
        // The format says it, and better.
        if (jsonSchema.format === "date-time" && String(jsonSchema.pattern).length > 100)
          delete jsonSchema.pattern;
        // Not every language knows classes of Unicode in its patterns.
        if (/\\p\{/i.test(String(jsonSchema.pattern))) delete jsonSchema.pattern;
        // What JSON has no more than programs have.
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    });
    const {
      $schema: _,
      $defs = {},
      ...own
    } = pointedHome(made) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [name, { id: _id, ...part }] of Object.entries($defs)) components[name] ??= part;
    return own;
  }

  return { of, components };
}

function pointedHome(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${home}`));
}

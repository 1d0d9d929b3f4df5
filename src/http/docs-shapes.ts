import type { JsonSchema } from "./openapi-schemas.ts";

/** A schema for people, in the manner of a type: `{ at: date-time, accounts: Account[] }`, a field a line where there are many. */
export function shapeOf(schema: JsonSchema, indent = ""): string {
  if (typeof schema.$ref === "string") return schema.$ref.split("/").at(-1) ?? "any";
  const choices = schema.anyOf ?? schema.oneOf;
  if (isList(choices)) return [...new Set(choices.map((one) => shapeOf(one, indent)))].join(" | ");
  if (isList(schema.allOf)) return schema.allOf.map((one) => shapeOf(one, indent)).join(" & ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (Array.isArray(schema.type)) {
    return schema.type.map((type: unknown) => shapeOf({ ...schema, type }, indent)).join(" | ");
  }
  if (schema.type === "array") {
    const item = isObject(schema.items) ? shapeOf(schema.items, indent) : "any";
    return isChoice(schema.items) && item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === "object") return objectShape(schema, indent);
  const told = schema.format ?? schema.type;
  return typeof told === "string" ? told : "any";
}

function objectShape(schema: JsonSchema, indent: string): string {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const fields = Object.entries(isObject(schema.properties) ? schema.properties : {}).flatMap(
    ([name, field]) => {
      if (!isObject(field)) return [];
      const about = typeof field.description === "string" ? `  // ${field.description}` : "";
      const mark = required.has(name) ? "" : "?";
      return [`${indent}  ${name}${mark}: ${shapeOf(field, `${indent}  `)}${about}`];
    },
  );
  if (fields.length > 0) return `{\n${fields.join("\n")}\n${indent}}`;
  const { additionalProperties: others } = schema;
  return isObject(others) && Object.keys(others).length > 0
    ? `{ [name]: ${shapeOf(others, indent)} }`
    : "object";
}

/** Whether it takes one of several. */
function isChoice(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  return isList(schema.anyOf) || isList(schema.oneOf) || "enum" in schema || Array.isArray(schema.type);
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is JsonSchema[] {
  return Array.isArray(value) && value.every(isObject);
}

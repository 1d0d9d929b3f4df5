import type { z } from "zod";
import { type FailureKind, failureAnswer, failureKinds, faultsOf } from "./failures.ts";
import { allowOf } from "./methods.ts";
import { createSchemas, type JsonSchema } from "./openapi-schemas.ts";
import type { Answer, Body, Parameter, QueryParameter, RouteEntry } from "./route.ts";

export interface OpenapiParameter {
  name: string;
  in: "path" | "query";
  description: string;
  required: boolean;
  schema: JsonSchema;
  example?: unknown;
}

export interface OpenapiMedia {
  schema?: JsonSchema;
  example?: unknown;
}

export interface OpenapiResponse {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Record<string, OpenapiMedia>;
}

export interface OpenapiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: { bearer?: string[] }[];
  parameters: OpenapiParameter[];
  requestBody?: { required: true; description: string; content: Record<string, OpenapiMedia> };
  /** By status. */
  responses: Record<string, OpenapiResponse | { $ref: string }>;
}

export type OpenapiMethod = "get" | "post" | "put" | "patch" | "delete";

export interface OpenapiDocument {
  openapi: "3.1.0";
  info: {
    title: string;
    version: string;
    description: string;
    license: { name: string; identifier: string };
  };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, { description: string } & Partial<Record<OpenapiMethod, OpenapiOperation>>>;
  components: {
    securitySchemes: Record<string, JsonSchema>;
    responses: Record<string, OpenapiResponse>;
    schemas: Record<string, JsonSchema>;
  };
}

const about = `What is left on every AI account that a team shares, what was used, and what to use now.

A GET is answered for HEAD as well, without the body. An unknown path is answered with 404, a method that a path is not for with 405 and the right ones in \`Allow\`. Where parameters are told, others are refused with 400, so that a misspelt one does not go unseen. Every failure is \`{ "error": { "code", "message" } }\`, some with \`problems\`, a line each. Requests that are not HTTP, are too slow (408), or have too large headers (431) end with the connection, and an \`Expect\` other than \`100-continue\` is answered with 417.

Instants are ISO 8601 in UTC, money is US dollars, and what is not known is null, never 0. Fields may be added to answers.`;

const bearer = {
  type: "http",
  scheme: "bearer",
  description:
    "A key of `http.keys`. Each has scopes: `read` for what the bot knows, `ingest` for telling it something, `admin` for making it do something. The list behind `bearer` at each operation is the scope that it needs.",
};

/** The document that tells programs all of this, made of the very entries and schemas that requests are answered by. */
export function openapiOf(routes: readonly RouteEntry[], version: string): OpenapiDocument {
  const schemas = createSchemas();
  const paths: OpenapiDocument["paths"] = {};
  for (const entry of routes) {
    const method = entry.method.toLowerCase() as OpenapiMethod;
    const before = paths[entry.path] ?? { description: allowedOn(entry.path, routes) };
    paths[entry.path] = { ...before, [method]: operationOf(entry, schemas.of) };
  }
  const responses = Object.values(failureKinds).map((kind) => [kind.name, failed(kind, schemas.of)] as const);
  return {
    openapi: "3.1.0",
    info: { title: "quotabot", version, description: about, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer },
      responses: Object.fromEntries(responses),
      schemas: schemas.components,
    },
  };
}

type SchemaOf = (schema: z.ZodType<unknown, unknown>) => JsonSchema;

function allowedOn(path: string, routes: readonly RouteEntry[]): string {
  const methods = routes.filter((entry) => entry.path === path).map(({ method }) => method);
  return `For ${allowOf(methods).join(", ")}; other methods are answered with 405 and \`Allow\`.`;
}

function operationOf(entry: RouteEntry, schemaOf: SchemaOf): OpenapiOperation {
  const { operationId, tag, summary, description, body } = entry;
  const parameters = [
    ...Object.entries(entry.parameters ?? {}).map(([name, one]) => parameterOf(name, "path", one, schemaOf)),
    ...Object.entries(entry.query ?? {}).map(([name, one]) => parameterOf(name, "query", one, schemaOf)),
  ];
  const answers = Object.entries(entry.answers).map(([status, one]) => [status, answerOf(one, schemaOf)]);
  const faults = faultsOf(entry).map((status) => [
    status,
    { $ref: `#/components/responses/${failureKinds[status].name}` },
  ]);
  return {
    ...{ operationId, tags: [tag], summary },
    ...(description === undefined ? {} : { description }),
    security: entry.scope === "none" ? [] : [{ bearer: [entry.scope] }],
    parameters,
    ...(body === undefined ? {} : { requestBody: bodyOf(body, schemaOf) }),
    responses: { ...Object.fromEntries(faults), ...Object.fromEntries(answers) },
  };
}

function parameterOf(
  name: string,
  place: "path" | "query",
  parameter: Parameter & Partial<QueryParameter>,
  schemaOf: SchemaOf,
): OpenapiParameter {
  const { description, example, repeats } = parameter;
  const one = schemaOf(parameter.schema);
  return {
    ...{ name, in: place, description, required: place === "path" || parameter.required === true },
    schema: repeats ? { type: "array", items: one } : one,
    ...(example === undefined ? {} : { example: repeats ? [example] : written(example, one) }),
  };
}

/** An example comes as it is written in an address, and is told as what its schema says that it is. */
function written(example: string, { type }: JsonSchema): unknown {
  if (type === "integer" || type === "number") return Number(example);
  return type === "boolean" ? example === "true" : example;
}

function bodyOf({ limit, content }: Body, schemaOf: SchemaOf) {
  const description = `At most ${limit / 1024 / 1024} MiB, unpacked too; plain or with \`Content-Encoding: gzip\`.`;
  const media = Object.entries(content).map(([type, { schema, example }]) => [
    type,
    mediaOf(schema, example, schemaOf),
  ]);
  return { required: true as const, description, content: Object.fromEntries(media) };
}

function answerOf(
  { description, schema, type, otherTypes = [], example, headers }: Answer,
  schemaOf: SchemaOf,
): OpenapiResponse {
  const others = Object.fromEntries(otherTypes.map((other) => [other, {}]));
  const content =
    schema || type
      ? { content: { [type ?? "application/json"]: mediaOf(schema, example, schemaOf), ...others } }
      : {};
  return { description, ...headersOf(headers), ...content };
}

function mediaOf(
  schema: z.ZodType<unknown, unknown> | undefined,
  example: unknown,
  schemaOf: SchemaOf,
): OpenapiMedia {
  return {
    ...(schema === undefined ? {} : { schema: schemaOf(schema) }),
    ...(example === undefined ? {} : { example }),
  };
}

function failed({ code, description, headers }: FailureKind, schemaOf: SchemaOf): OpenapiResponse {
  const example = { error: { code, message: description } };
  return {
    description,
    ...headersOf(headers),
    content: { "application/json": { schema: schemaOf(failureAnswer), example } },
  };
}

function headersOf(headers: Readonly<Record<string, string>> | undefined): Pick<OpenapiResponse, "headers"> {
  if (headers === undefined) return {};
  const told = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: "string" } },
  ]);
  return { headers: Object.fromEntries(told) };
}

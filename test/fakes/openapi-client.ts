import { Ajv2020 } from "ajv/dist/2020.js";
import type {
  OpenapiDocument,
  OpenapiMethod,
  OpenapiOperation,
  OpenapiParameter,
} from "../../src/http/openapi.ts";

export interface Call {
  /** Values of parameters by name; those that are left out and required come from the examples. */
  parameters?: Readonly<Record<string, unknown>> | undefined;
  /** Instead of the example. */
  body?: unknown;
  /** Media type of the body; the first that is documented unless told. */
  type?: string | undefined;
}

/**
 * A client that knows nothing but the document that the bot serves: it calls by `operationId`, and checks every answer
 * against what the document says of it. Bodies are checked too before they are sent.
 */
export async function createOpenapiClient(url: string, key: string) {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenapiDocument;
  const check = checkOf(document);
  const operations = operationsOf(document);

  async function call(operationId: string, { parameters = {}, body, type }: Call = {}) {
    const found = operations.get(operationId);
    if (found === undefined) throw new Error(`There is no ${operationId} in the document.`);
    const { path, method, operation } = found;
    const media = operation.requestBody?.content ?? {};
    const contentType = type ?? Object.keys(media)[0];
    const sent = body ?? (contentType === undefined ? undefined : media[contentType]?.example);
    if (contentType !== undefined) check.body(found, contentType, sent);
    const response = await fetch(`${url}${addressOf(path, operation, parameters)}`, {
      method: method.toUpperCase(),
      headers: {
        ...(operation.security.length > 0 && { authorization: `Bearer ${key}` }),
        ...(contentType !== undefined && { "content-type": contentType }),
      },
      ...(contentType !== undefined && { body: typeof sent === "string" ? sent : JSON.stringify(sent) }),
    });
    return await check.answer(found, response);
  }

  return { document, operations, call, check };
}

const checks = new Map<string, ReturnType<typeof createDocumentCheck>>();

/** Schemas take long to compile, and most bots of a test file serve the same document. */
function checkOf(document: OpenapiDocument) {
  const text = JSON.stringify(document);
  const known = checks.get(text) ?? createDocumentCheck(document);
  checks.set(text, known);
  return known;
}

export interface Operation {
  path: string;
  method: OpenapiMethod;
  operation: OpenapiOperation;
}

export function operationsOf(document: OpenapiDocument): ReadonlyMap<string, Operation> {
  const all = Object.entries(document.paths).flatMap(([path, { description: _, ...methods }]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...{ path, method: method as OpenapiMethod, operation },
    })),
  );
  return new Map(all.map((one) => [one.operation.operationId, one]));
}

function addressOf(
  path: string,
  { parameters }: OpenapiOperation,
  given: Readonly<Record<string, unknown>>,
): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of parameters) {
    for (const value of valuesOf(parameter, given)) {
      if (parameter.in === "query") query.append(parameter.name, String(value));
      else filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    }
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
}

function valuesOf(parameter: OpenapiParameter, given: Readonly<Record<string, unknown>>): unknown[] {
  const value = given[parameter.name] ?? (parameter.required ? parameter.example : undefined);
  return value === undefined ? [] : [value].flat();
}

/** Checks against a document: an answer has a status that is told, and all of its fields are, each as it is told. */
export function createDocumentCheck(document: OpenapiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  ajv.addFormat("date", /^\d{4}-\d\d-\d\d$/);
  ajv.addSchema(closed(document) as object, "closed");
  ajv.addSchema(document, "open");
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();

  function assertFits(pointer: readonly string[], value: unknown, of: "closed" | "open"): void {
    const path = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
    const place = `${of}#/${path.join("/")}`;
    const validate = compiled.get(place) ?? ajv.compile({ $ref: place });
    compiled.set(place, validate);
    if (validate(value)) return;
    const faults = validate.errors?.map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    throw new Error(`${pointer.join(" ")}: ${faults?.join("; ")} in ${JSON.stringify(value)}`);
  }

  return {
    fits: assertFits,
    body({ path, method, operation }: Operation, type: string, value: unknown): void {
      const media = operation.requestBody?.content[type];
      if (media === undefined) throw new Error(`${operation.operationId} takes no ${type}.`);
      if (media.schema === undefined) return;
      assertFits(["paths", path, method, "requestBody", "content", type, "schema"], value, "open");
    },
    async answer({ path, method, operation }: Operation, response: Response) {
      const { status } = response;
      const bytes = new Uint8Array(await response.arrayBuffer());
      const text = new TextDecoder().decode(bytes);
      const told = operation.responses[status];
      if (told === undefined)
        throw new Error(`${operation.operationId} answered ${status}, which is not told: ${text}`);
      const reference = "$ref" in told ? told.$ref.split("/").at(-1) : undefined;
      const place =
        reference === undefined
          ? ["paths", path, method, "responses", `${status}`]
          : ["components", "responses", reference];
      const { content = {} } = "$ref" in told ? (document.components.responses[reference ?? ""] ?? {}) : told;
      const type = response.headers.get("content-type")?.split(";")[0] ?? "";
      const media = content[type];
      if (media === undefined)
        throw new Error(`${operation.operationId} answered ${type}, which is not told.`);
      const body = type === "application/json" ? JSON.parse(text) : text;
      if (media.schema !== undefined) assertFits([...place, "content", type, "schema"], body, "closed");
      // biome-ignore lint/suspicious/noExplicitAny: what it is is what tests look at
      return { status, headers: response.headers, body: body as any };
    },
  };
}

/** The same document, in which objects have no other fields than those that are told. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const own = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closed(part)]));
  const isOpen = "properties" in own && own.type === "object" && !("additionalProperties" in own);
  return isOpen ? { ...own, additionalProperties: false } : own;
}

import { z } from "zod";
import { answerWith, json } from "../answers.ts";
import { docsPage } from "../docs-page.ts";
import { type OpenapiDocument, openapiOf } from "../openapi.ts";
import type { RouteEntry } from "../route.ts";

const tag = "About the bot";

/**
 * What the bot tells of itself, to anybody. The document is made of all routes, these included, when somebody asks first.
 * @param options.version of the program
 */
export function aboutRoutes(options: {
  version: string;
  routes: () => readonly RouteEntry[];
}): readonly RouteEntry[] {
  let made: { document: OpenapiDocument; text: string; page: string } | undefined;
  function documents() {
    if (made !== undefined) return made;
    const document = openapiOf(options.routes(), options.version);
    made = { document, text: JSON.stringify(document), page: docsPage(document) };
    return made;
  }

  return [
    {
      ...{ method: "GET", path: "/healthz", scope: "none", operationId: "checkAlive", tag },
      summary: "That the process is alive",
      answers: {
        200: { description: "It is.", schema: z.object({ ok: z.literal(true) }), example: { ok: true } },
      },
      handle: () => json({ ok: true }),
    },
    {
      ...{ method: "GET", path: "/openapi.json", scope: "none", operationId: "readOpenapi", tag },
      summary: "This document, as OpenAPI 3.1",
      answers: {
        200: { description: "The document.", schema: z.looseObject({ openapi: z.literal("3.1.0") }) },
      },
      handle: () => answerWith(documents().text, "application/json"),
    },
    {
      ...{ method: "GET", path: "/docs", scope: "none", operationId: "readDocs", tag },
      summary: "The same as a page to read",
      answers: { 200: { description: "The page.", type: "text/html" } },
      handle: () => answerWith(documents().page, "text/html; charset=utf-8", 200, pageHeaders),
    },
  ];
}

/** The page brings its own style, and needs nothing else from anywhere. */
const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

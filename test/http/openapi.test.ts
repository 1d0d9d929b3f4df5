import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createKeptReport } from "../../src/http/kept-report.ts";
import { allowOf } from "../../src/http/methods.ts";
import { createRoutes } from "../../src/http/routes.ts";
import { createDocumentCheck, createOpenapiClient, operationsOf } from "../fakes/openapi-client.ts";
import { running } from "./running.ts";
import { createParts } from "./setup.ts";

const parts = createParts();
const routes = createRoutes({ ...parts, kept: createKeptReport(parts), patience: async () => {} });
const methodsOf = (path: string) => routes.filter((one) => one.path === path).map(({ method }) => method);

async function asked() {
  const bot = await running();
  return { ...bot, client: await createOpenapiClient(bot.url, "fake-ops-key") };
}

describe("GET /openapi.json", () => {
  it("needs no key, and tells the version of the program", async () => {
    const { url } = await running();
    const response = await fetch(`${url}/openapi.json`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(await response.json()).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });
  });

  it("has every route of the table, and no other", async () => {
    const { client } = await asked();
    const told = [...client.operations.values()].map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    expect(told.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it("names every operation once, and every parameter of its path", () => {
    const ids = routes.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, parameters = {} } of routes) {
      expect([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(Object.keys(parameters));
    }
  });

  it("points nowhere but into itself, and has no part that nothing points to", async () => {
    const { client } = await asked();
    const text = JSON.stringify(client.document);
    const targets = new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, target = ""]) => target));
    for (const target of targets) {
      const found = target
        .split("/")
        .reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], client.document);
      expect(found, target).toBeDefined();
    }
    const { schemas } = client.document.components;
    for (const name of Object.keys(schemas)) expect([...targets]).toContain(`components/schemas/${name}`);
    expect(text).not.toContain("$defs");
  });

  it("has examples of bodies and answers that fit what it says of them", async () => {
    const { client } = await asked();
    let count = 0;
    for (const { path, method, operation } of client.operations.values()) {
      const media = [
        ...Object.entries(operation.requestBody?.content ?? {}).map(
          ([type, one]) => [["requestBody", "content", type], one] as const,
        ),
        ...Object.entries(operation.responses).flatMap(([status, response]) =>
          Object.entries(("content" in response && response.content) || {}).map(
            ([type, one]) => [["responses", status, "content", type], one] as const,
          ),
        ),
      ];
      for (const [place, { schema, example }] of media) {
        if (schema === undefined || example === undefined) continue;
        client.check.fits(["paths", path, method, ...place, "schema"], example, "closed");
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(30);
  });

  it("says which scope an operation needs, and each is let in with just that one", async () => {
    const { url, client } = await asked();
    for (const { path, method, operation } of client.operations.values()) {
      const { scope } = routes.find((one) => one.operationId === operation.operationId) ?? {};
      expect(operation.security).toEqual(scope === "none" ? [] : [{ bearer: [scope] }]);
      if (scope === "none") continue;
      const address = `${url}${path.replace(/\{\w+\}/g, "x")}`;
      const statusWith = async (key: string) =>
        (await fetch(address, { method, headers: { authorization: `Bearer ${key}` } })).status;
      expect(await statusWith(scope === "read" ? "fake-ingest-key" : "fake-read-key")).toBe(403);
    }
  });

  it("tells of each path which methods it is for, as 405 does", async () => {
    const { url, client } = await asked();
    for (const [path, { description }] of Object.entries(client.document.paths)) {
      const response = await fetch(`${url}${path.replace(/\{\w+\}/g, "x")}`, { method: "PATCH" });
      const allow = response.headers.get("allow");
      expect([response.status, description]).toEqual([405, expect.stringContaining(`For ${allow};`)]);
      expect(allow).toBe(allowOf(methodsOf(path)).join(", "));
    }
  });

  it("answers HEAD like GET, without the body", async () => {
    const { url, client } = await asked();
    for (const { path, method } of client.operations.values()) {
      if (method !== "get" || path.includes("{")) continue;
      const headers = { authorization: "Bearer fake-ops-key" };
      const head = await fetch(`${url}${path}`, { method: "HEAD", headers });
      expect(await head.text(), path).toBe("");
      expect(head.status, path).toBeLessThan(500);
    }
  });
});

describe("failures", () => {
  const statusesOf = (operationId: string, document: { operations: ReturnType<typeof operationsOf> }) =>
    Object.keys(document.operations.get(operationId)?.operation.responses ?? {}).map(Number);

  it("are told of each operation as far as its kind can meet them", async () => {
    const { client } = await asked();
    for (const { operationId, scope, body, query, parameters } of routes) {
      const told = statusesOf(operationId, client);
      const possible = [
        ...(scope === "none" ? [] : [401, 403, 429]),
        ...(body ? [408, 413, 415] : []),
        ...(body || query || parameters ? [400] : []),
      ];
      expect(told, operationId).toEqual(expect.arrayContaining(possible));
      if (body === undefined) expect(told).not.toContain(413);
    }
  });

  it.each(routes.filter(({ body }) => body !== undefined).map((one) => [one.operationId, one] as const))(
    "of bodies come from %s as they are told: packed in an unknown way, too large, without a key, with a poor one",
    async (operationId, { path, method, body }) => {
      const { url, client } = await asked();
      const found = client.operations.get(operationId);
      if (found === undefined) throw new Error(operationId);
      const type = Object.keys(body?.content ?? {})[0] ?? "";
      const post = async (content: string, headers: Record<string, string>) => {
        const address = `${url}${path.replace(/\{\w+\}/g, "agent-7")}`;
        const response = await fetch(address, {
          ...{ method, body: content },
          headers: { authorization: "Bearer fake-ops-key", "content-type": type, ...headers },
        });
        return (await client.check.answer(found, response)).status;
      };
      const large = " ".repeat((body?.limit ?? 0) + 1);
      expect(await post("{}", { "content-encoding": "br" })).toBe(415);
      expect(await post(large, {})).toBe(413);
      expect(await post("{}", { authorization: "Bearer nobody" })).toBe(401);
      expect(await post("{}", { authorization: "Bearer fake-read-key" })).toBe(403);
    },
  );
});

describe("parameters", () => {
  const withQuery = routes.filter(({ query }) => query !== undefined);

  it.each(withQuery.map((one) => [`${one.method} ${one.path}`, one] as const))(
    "of %s: those that are told are known, any other is refused with 400",
    async (_, { method, path, query = {}, operationId }) => {
      const { url, client } = await asked();
      const found = client.operations.get(operationId);
      if (found === undefined) throw new Error(operationId);
      const ask = async (search: string) => {
        const address = `${url}${path.replace(/\{\w+\}/g, "glm-main")}${search}`;
        const response = await fetch(address, { method, headers: { authorization: "Bearer fake-ops-key" } });
        // An endless answer is told enough by its head.
        if (response.headers.get("content-type") === "text/event-stream") {
          await response.body?.cancel();
          return { status: response.status, body: undefined };
        }
        return await client.check.answer(found, response);
      };
      const lenient = path === "/api/usage";
      if (!lenient) {
        const other = await ask("?nonsense=1");
        expect(other).toMatchObject({
          status: 400,
          body: {
            error: { code: "request_invalid", message: expect.stringContaining('no parameter "nonsense"') },
          },
        });
      }
      for (const [name, { example = "x" }] of Object.entries(query)) {
        const { body } = await ask(`?${name}=${encodeURIComponent(example)}`);
        expect(JSON.stringify(body ?? "")).not.toContain("There is no parameter");
      }
    },
  );
});

describe("docs/http.md", () => {
  it("lists every route with its scope, and no other", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/http.md"), "utf8");
    const rows = [...page.matchAll(/^\| `(GET|POST|DELETE|PUT) (\S+)` \| (`\w+`|none) \|/gm)].map(
      ([, method, path, scope = ""]) => `${method} ${path} ${scope.replaceAll("`", "")}`,
    );
    expect(rows.sort()).toEqual(routes.map(({ method, path, scope }) => `${method} ${path} ${scope}`).sort());
  });
});

describe("GET /docs", () => {
  it("is a page that stands alone, with every route, parameter, and a line to try", async () => {
    const { url } = await running();
    const response = await fetch(`${url}/docs`);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const page = (await response.text()).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    const has = (text: string) => expect(page.includes(text), text).toBe(true);
    for (const { path, operationId, summary, query = {} } of routes) {
      has(`<article id="${operationId}">`);
      has(`${summary}.</p>`);
      has(`<code>${path}</code>`);
      for (const name of Object.keys(query)) has(`<code>${name}</code>`);
    }
    expect(/<script|<img|<link|@import|url\(|\son\w+="/i.exec(page)).toBeNull();
    expect([...page.matchAll(/(?:href|src)="(?!#)([^"]*)"/g)].map(([, to]) => to)).toEqual(["openapi.json"]);
    const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, name]) => name);
    for (const anchor of new Set(anchors)) has(`id="${anchor}"`);
    has('<meta name="viewport"');
    has("prefers-color-scheme: dark");
  });
});

it("the check of answers notices a field that is not told, one that is missing, and a word that is none", async () => {
  const { client } = await asked();
  const { fits } = createDocumentCheck(client.document);
  const place = ["components", "schemas", "Acceptance"];
  const good = { accepted: false, account: "a", reason: "r" };
  fits(place, good, "closed");
  for (const bad of [{ ...good, more: 1 }, { account: "a" }, { ...good, accepted: "no" }]) {
    expect(() => fits(place, bad, "closed")).toThrow();
  }
  expect(operationsOf(client.document).size).toBe(routes.length);
});

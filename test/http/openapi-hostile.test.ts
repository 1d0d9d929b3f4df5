import fc from "fast-check";
import { expect, it } from "vitest";
import { createOpenapiClient } from "../fakes/openapi-client.ts";
import { running } from "./running.ts";

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "",
    "-1",
    "1e9",
    "glm-main",
    "agent-7",
    "month",
    "__proto__",
    "constructor",
    "%ff",
    "../..",
    "a".repeat(900),
  ),
);
const body = fc.oneof(
  fc.json({ maxDepth: 3 }),
  text,
  fc
    .dictionary(
      fc.constantFrom(
        "agent",
        "account",
        "model",
        "tokens",
        "ttl",
        "readings",
        "headers",
        "status",
        "at",
        "id",
        "__proto__",
      ),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), text, fc.constant("glm-main")),
    )
    .map((value) => JSON.stringify(value)),
);

it("whatever is sent to any operation, the answer is one that is told of it, and never 500", async () => {
  const { url, log } = await running();
  const { operations, check } = await createOpenapiClient(url, "fake-ops-key");
  const all = [...operations.values()].filter(({ operation }) => operation.operationId !== "followEvents");
  const request = fc.record({
    found: fc.constantFrom(...all),
    values: fc.array(text, { minLength: 1, maxLength: 4 }),
    names: fc.array(fc.oneof(text, fc.nat(20)), { maxLength: 3 }),
    body,
  });
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(request, async ({ found, values, names, body }) => {
      const { path, method, operation } = found;
      const known = operation.parameters.filter((one) => one.in === "query");
      const query = names.map((name, index) => {
        const key = typeof name === "number" ? (known[name % (known.length || 1)]?.name ?? "x") : name;
        return `${encodeURIComponent(key)}=${encodeURIComponent(values[index] ?? "")}`;
      });
      const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent(values[0] || "x"));
      // What an address resolves away is another address.
      if (/\/(\.|%2e){1,2}(\/|$)/i.test(filled)) return;
      const type = Object.keys(operation.requestBody?.content ?? {})[0];
      const response = await fetch(`${url}${filled}?${query.join("&")}`, {
        method: method.toUpperCase(),
        headers: { authorization: "Bearer fake-ops-key", ...(type && { "content-type": type }) },
        ...(operation.requestBody && { body: body }),
      });
      statuses.add((await check.answer(found, response)).status);
    }),
    { numRuns: 500 },
  );
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404]));
  expect(Math.max(...statuses)).toBeLessThan(500);
  expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
});

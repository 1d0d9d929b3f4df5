import { describe, expect, it } from "vitest";
import type { HealthCheck } from "../../src/core/services/health.ts";
import { readyzAnswer, readyzExample, readyzRoute } from "../../src/http/readyz-route.ts";
import { start } from "../fakes/core.ts";

const check = (name: string, rest: Partial<HealthCheck> = {}): HealthCheck => ({
  ...{ name, ok: true, vital: true, message: "fine", since: start },
  ...rest,
});

async function ask(ok: boolean, checks: readonly HealthCheck[]) {
  const route = readyzRoute({ health: { look: async () => ({ at: start, ok, checks }) } });
  const answer = await route(undefined as never);
  return { status: answer.status, body: readyzAnswer.parse(await answer.json()), headers: answer.headers };
}

describe("GET /readyz", () => {
  it("answers 200 with each check, providers by their id", async () => {
    const refusing = check("provider acme", { provider: "acme", ok: false, vital: false });
    const { status, body, headers } = await ask(true, [check("store"), check("slack"), refusing]);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toEqual({
      ok: true,
      checks: {
        store: { ok: true, vital: true, message: "fine", since: "2026-11-22T03:00:00.000Z" },
        slack: { ok: true, vital: true, message: "fine", since: "2026-11-22T03:00:00.000Z" },
        providers: {
          acme: { ok: false, vital: false, message: "fine", since: "2026-11-22T03:00:00.000Z" },
        },
      },
    });
  });

  it("answers 503 when the bot is not ready", async () => {
    const { status, body } = await ask(false, [check("store", { ok: false })]);
    expect([status, body.ok, body.checks.store?.ok]).toEqual([503, false, false]);
  });

  it("has an example that is true to its schema", () => {
    expect(readyzAnswer.parse(readyzExample)).toEqual(readyzExample);
  });
});

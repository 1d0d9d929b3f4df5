import { Hono } from "hono";
import { expect, it } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { quotaJson } from "../../src/core/services/quota-json.ts";
import { createAccess } from "../../src/http/access.ts";
import { failureOf } from "../../src/http/answers.ts";
import { createKeyring } from "../../src/http/keys.ts";
import { refreshRoute } from "../../src/http/refresh-route.ts";
import type { HttpEnv } from "../../src/http/route.ts";
import { refreshAnswer } from "../../src/http/schemas/refresh-answer.ts";
import { account, quota, snapshot, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { bearer, keys } from "./setup.ts";

function setUp(read: () => Promise<{ readings: [] }> = async () => ({ readings: [] })) {
  const accounts = [account("glm-main"), account("claude-lan"), account("pushed", { push: true })];
  let reads = 0;
  const house = createQuotaHouse({
    accounts,
    async read() {
      reads += 1;
      return { ...(await read()), readings: [quota()] };
    },
  });
  const route = refreshRoute({
    ...house,
    accounts,
    patience: () => new Promise((resolve) => setTimeout(resolve, 30)),
  });
  const app = new Hono<HttpEnv>();
  app.onError((error, context) => failureOf(context.req.path, error, house.log));
  app.post("/api/v1/refresh/:account", createAccess(createKeyring(keys))("admin", route));
  async function refresh(id: string, key = "fake-ops-key") {
    const response = await app.request(`/api/v1/refresh/${id}`, { method: "POST", ...bearer(key) });
    const body = await response.json();
    if (response.status === 200) expect(refreshAnswer.strict().safeParse(body).error).toBeUndefined();
    return [response.status, body];
  }
  return { ...house, accounts, refresh, reads: () => reads };
}

it("reads an account and answers how it stands, and when it may be read again", async () => {
  const { refresh, reports, accounts, reads } = setUp();
  const answer = await refresh("glm-main");
  expect(answer).toEqual([
    200,
    {
      ...quotaJson(reports.report(accounts.slice(0, 1))),
      ...{ read: true, reason: null, nextAllowedAt: "2026-11-22T03:05:00Z" },
    },
  ]);
  expect(answer[1]).toMatchObject({ accounts: [{ account: "glm-main", state: "ok" }] });
  expect(reads()).toBe(1);
});

it("does not read below the provider's floor, and says until when", async () => {
  const { refresh, clock, reads } = setUp();
  await refresh("glm-main");
  clock.advance(60_000);
  expect(await refresh("glm-main")).toMatchObject([
    200,
    {
      ...{ read: false, reason: "floor", nextAllowedAt: "2026-11-22T03:05:00Z" },
      accounts: [{ fetchedAt: "2026-11-22T03:00:00Z" }],
    },
  ]);
  expect(reads()).toBe(1);
  clock.advance(5 * 60_000);
  expect(await refresh("glm-main")).toMatchObject([200, { read: true }]);
});

it("tells a read that failed by the account's state, and waits out what the provider wants", async () => {
  const failing = async () => {
    throw new AppError("provider_rate_limited", "The provider wants a pause.", { retryAfter: 600_000 });
  };
  const { refresh } = setUp(failing);
  expect(await refresh("glm-main")).toMatchObject([
    200,
    { read: true, accounts: [{ state: "rate_limited", retryAt: "2026-11-22T03:10:00Z" }] },
  ]);
  expect(await refresh("glm-main")).toMatchObject([
    200,
    { read: false, reason: "floor", nextAllowedAt: "2026-11-22T03:10:00Z" },
  ]);
});

it("does not let a caller wait for ever, and shares the read that goes on", async () => {
  let answer: (found: { readings: [] }) => void = () => {};
  const { refresh, reads } = setUp(() => new Promise((resolve) => (answer = resolve)));
  expect(await refresh("glm-main")).toMatchObject([
    200,
    { read: false, reason: "reading", nextAllowedAt: null, accounts: [{ state: "pending" }] },
  ]);
  const shared = refresh("glm-main");
  await new Promise((resolve) => setTimeout(resolve, 5));
  answer({ readings: [] });
  expect(await shared).toMatchObject([200, { read: true, accounts: [{ state: "ok" }] }]);
  expect(reads()).toBe(1);
});

it("leaves alone what people's machines tell of", async () => {
  const { refresh, readQuotas, reads } = setUp();
  expect(await refresh("pushed")).toMatchObject([200, { read: false, reason: "push", nextAllowedAt: null }]);
  await readQuotas.accept(
    snapshot("claude-lan", { failures: 1, nextReadAt: start - 1, pushedBy: { user: "lan" } }),
  );
  expect(await refresh("claude-lan")).toMatchObject([200, { read: false, reason: "push" }]);
  expect(reads()).toBe(0);
});

it("tells the nearest of an unknown account, refuses parameters, and needs the scope admin", async () => {
  const { refresh, reads } = setUp();
  expect(await refresh("glm-mian")).toMatchObject([
    404,
    { error: { code: "not_found", message: 'No account is called "glm-mian". Did you mean "glm-main"?' } },
  ]);
  expect(await refresh("%ff%00")).toMatchObject([404, {}]);
  expect(await refresh("x".repeat(8_000))).toMatchObject([404, {}]);
  expect(await refresh("glm-main?now=1")).toMatchObject([400, {}]);
  expect(await refresh("glm-main", "fake-ingest-key")).toMatchObject([403, {}]);
  expect(reads()).toBe(0);
});

import { expect, it } from "vitest";
import { start } from "../fakes/core.ts";
import { running } from "./running.ts";

const hour = 3_600_000;

async function house() {
  const parts = await running();
  const sample = { account: "claude-lan", reading: "session", kind: "quota" as const, limit: 100 };
  await parts.store.history.add([
    { ...sample, at: start - 30 * hour, value: 10 },
    { ...sample, at: start - hour, value: 40, resetsAt: start + hour },
    { ...sample, reading: "weekly", at: start - hour, value: 70 },
  ]);
  return parts;
}

it("tells what the quotas of an account stood at in the last day", async () => {
  const { get } = await house();
  const { status, body } = await get("/api/v1/history?account=claude-lan&reading=session");
  expect([status, body]).toEqual([
    200,
    {
      account: "claude-lan",
      reading: "session",
      from: "2026-11-21T03:00:00Z",
      to: "2026-11-22T03:00:00Z",
      samples: [
        {
          reading: "session",
          kind: "quota",
          at: "2026-11-22T02:00:00Z",
          value: 40,
          limit: 100,
          resetsAt: "2026-11-22T04:00:00Z",
        },
      ],
    },
  ]);
});

it("goes back as far as asked", async () => {
  const { get } = await house();
  const { body } = await get("/api/v1/history?account=claude-lan&range=2d");
  expect(body).toMatchObject({ samples: [{ value: 10 }, { value: 40 }, { value: 70 }] });
});

it.each([
  ["/api/v1/history", 400],
  ["/api/v1/history?account=nobody", 404],
  ["/api/v1/history?account=claude-lan&range=long", 400],
  ["/api/v1/history?account=claude-lan&window=session", 400],
])("refuses %s", async (path, status) => {
  const { get } = await house();
  expect(await get(path)).toMatchObject({ status, body: { error: { message: expect.any(String) } } });
});

import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { createAccess } from "../../src/http/access.ts";
import { neighbourhoodOf } from "../../src/http/addresses.ts";
import { json } from "../../src/http/answers.ts";
import { createAttempts } from "../../src/http/attempts.ts";
import { createKeyring } from "../../src/http/keys.ts";
import type { HttpEnv } from "../../src/http/route.ts";
import { createKeptLog, createManualClock } from "../fakes/core.ts";
import { listening } from "./listening.ts";
import { bearer, keys } from "./setup.ts";

function setUp(options: { perMinute?: number; addresses?: number } = {}) {
  const clock = createManualClock();
  const log = createKeptLog();
  const attempts = createAttempts({ clock, log, ...options });
  const tryOften = (address: string, times: number) =>
    Array.from({ length: times }, () => attempts.failed(address));
  return { clock, log, attempts, tryOften };
}

describe("wrong keys", () => {
  it("may be tried ten times, and then one every six seconds", () => {
    const { clock, tryOften } = setUp();
    const ten = Array.from({ length: 10 }, () => undefined);
    expect(tryOften("10.0.0.1", 12)).toEqual([...ten, 6, 6]);
    clock.advance(2_500);
    expect(tryOften("10.0.0.1", 1)).toEqual([4]);
    clock.advance(3_500);
    expect(tryOften("10.0.0.1", 2)).toEqual([undefined, 6]);
    clock.advance(60_000);
    expect(tryOften("10.0.0.1", 11)).toEqual([...ten, 6]);
  });

  it("of one address are nothing to another, but one network of IPv6 is one", () => {
    const { tryOften } = setUp({ perMinute: 1 });
    expect(tryOften("2001:db8:1:2::1", 1)).toEqual([undefined]);
    expect(tryOften("2001:db8:1:2:ffff::7", 1)).toEqual([60]);
    expect(tryOften("2001:db8:1:3::1", 1)).toEqual([undefined]);
    expect(tryOften("10.0.0.1", 1)).toEqual([undefined]);
    expect(tryOften("::ffff:10.0.0.1", 1)).toEqual([60]);
  });

  it("of more addresses than there is room for share what they may do, until there is room again", () => {
    const { tryOften, clock } = setUp({ addresses: 2, perMinute: 2 });
    tryOften("10.0.0.1", 2);
    tryOften("10.0.0.2", 2);
    expect(tryOften("10.0.0.3", 1)).toEqual([undefined]);
    expect(tryOften("10.0.0.4", 2)).toEqual([undefined, 30]);
    clock.advance(60_000);
    expect(tryOften("10.0.0.5", 3)).toEqual([undefined, undefined, 30]);
    expect(tryOften("10.0.0.6", 3)).toEqual([undefined, undefined, 30]);
  });

  it("are told in the log once a minute and address, for some addresses alone", () => {
    const { tryOften, clock, log } = setUp({ perMinute: 1 });
    tryOften("10.0.0.1", 50);
    expect(log.lines).toMatchObject([{ level: "warn", fields: { address: "10.0.0.1" } }]);
    for (let number = 0; number < 100; number += 1) tryOften(`10.0.1.${number}`, 3);
    expect(log.lines).toHaveLength(20);
    clock.advance(60_000);
    tryOften("10.0.0.1", 3);
    expect(log.lines).toHaveLength(21);
  });
});

it.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::1", "0:0:0:0::/64"],
  ["2001:DB8::1", "2001:db8:0:0::/64"],
  ["2001:0db8:0001:0002:3:4:5:6", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["64:ff9b::192.0.2.33", "64:ff9b:0:0::/64"],
  ["1:2:3:4:5:6:192.0.2.33", "1:2:3:4::/64"],
  ["unknown", "unknown"],
])("%s is of %s", (address, neighbourhood) => {
  expect(neighbourhoodOf(address)).toBe(neighbourhood);
});

it("answers wrong keys with 429 after some, while known keys pass and no key at all is no attempt", async () => {
  const { attempts, log } = setUp();
  const app = new Hono<HttpEnv>();
  const needs = createAccess(createKeyring(keys), attempts);
  app.get(
    "/",
    needs("read", async () => json({ ok: true })),
  );
  const { url } = await listening(app);
  const ask = async (key: string | undefined) => await fetch(url, key === undefined ? {} : bearer(key));
  for (let times = 0; times < 20; times += 1) expect((await ask(undefined)).status).toBe(401);
  for (let times = 0; times < 10; times += 1) expect((await ask(`fake-wrong-${times}`)).status).toBe(401);
  const refused = await ask("fake-wrong");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "6"]);
  expect(await refused.json()).toMatchObject({ error: { code: "too_many_attempts" } });
  expect((await ask("fake-read-key")).status).toBe(200);
  expect((await ask("fake-ingest-key")).status).toBe(403);
  expect((await ask(undefined)).status).toBe(401);
  expect(log.lines).toHaveLength(1);
  expect(JSON.stringify(log.lines)).toContain("127.0.0.1");
  expect(JSON.stringify(log.lines)).not.toContain("fake-");
});

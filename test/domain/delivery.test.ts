import { describe, expect, it } from "vitest";
import {
  type ChannelManners,
  dueAt,
  failed,
  planShipments,
  told,
  waitAfter,
} from "../../src/core/domain/delivery.ts";
import type { Begun, Delivery, Incident } from "../../src/core/domain/incident.ts";
import { start } from "../fakes/core.ts";
import { hours, incident, minutes } from "../fakes/incident-memory.ts";

const now = start + hours;

function row(id: string, delivery: Partial<Delivery> = {}, rest: Partial<Incident> = {}): Incident {
  return incident({
    subject: id,
    id,
    delivery: { sentVersion: 0, attempts: 0, nextTry: start, ...delivery },
    ...rest,
  });
}

function begunAs(key: string): Begun {
  return { key, version: 1, level: 80, event: { type: "quota.low", at: start } };
}

function plan(incidents: readonly Incident[], rest: Partial<ChannelManners> = {}) {
  const manners = { edits: true, isUrgent: () => false, recentPosts: [], mostPosts: 20, ...rest };
  const { shipments, waitUntil } = planShipments(incidents, manners, now);
  const words = shipments.map((one) => {
    const ids = one.incidents.map(({ id }) => id).join(" ");
    if (one.kind === "edit") return `edit ${one.where}: ${ids}`;
    return `${one.kind}${one.kind === "post" && one.again ? ` again ${one.again}` : ""}: ${ids}`;
  });
  return { words, waitUntil };
}

describe("What is new", () => {
  it("comes in one message", () => {
    expect(plan([row("a"), row("b"), row("c")])).toEqual({ words: ["post: a b c"], waitUntil: undefined });
  });

  it("is nothing where everything is told, or nothing is to be seen", () => {
    const both = [row("a", { sentVersion: 1 }), row("b", {}, { version: 0 })];
    expect(plan(both)).toEqual({ words: [], waitUntil: undefined });
  });

  it("is told also when it is over by now", () => {
    expect(plan([row("a", {}, { endedAt: now, version: 2, loud: false })]).words).toEqual(["post: a"]);
  });
});

describe("What has changed", () => {
  const changed = (id: string, where: string, rest: Partial<Incident> = {}) =>
    row(id, { sentVersion: 1, where }, { version: 2, ...rest });

  it("changes its message, which goes on telling of all that share it", () => {
    const shared = [changed("a", "m1"), row("b", { sentVersion: 1, where: "m1" }), changed("c", "m2")];
    expect(plan(shared).words).toEqual(["edit m1: a b", "edit m2: c"]);
  });

  it("is a new message where the old one cannot be changed", () => {
    expect(plan([changed("a", "m1"), row("b")], { edits: false }).words).toEqual(["post: a b"]);
  });

  it("for the quieter is nothing where the message cannot be changed", () => {
    expect(plan([changed("a", "m1", { loud: false })], { edits: false }).words).toEqual(["none: a"]);
  });

  it("waits while another process changes the same message", () => {
    const busy = row("b", { sentVersion: 1, where: "m1", leasedUntil: now + minutes });
    expect(plan([changed("a", "m1"), busy])).toEqual({ words: [], waitUntil: now + minutes });
  });

  it("gets through quiet hours and the cap, which new messages do not", () => {
    const manners = { quietUntil: now + hours, recentPosts: [now - 10], mostPosts: 1 };
    expect(plan([changed("a", "m1"), row("b")], manners)).toEqual({
      words: ["edit m1: a"],
      waitUntil: now + hours,
    });
  });
});

describe("Quiet hours", () => {
  it("hold back what is not urgent, until they end", () => {
    const manners = { quietUntil: now + 2 * hours, isUrgent: ({ id }: Incident) => id === "b" };
    expect(plan([row("a"), row("b")], manners)).toEqual({ words: ["post: b"], waitUntil: now + 2 * hours });
  });
});

describe("The hourly cap", () => {
  it("holds back new messages until the oldest of the hour is an hour old", () => {
    const recentPosts = [now - 50 * minutes, now - 10 * minutes];
    expect(plan([row("a")], { recentPosts, mostPosts: 3 }).words).toEqual(["post: a"]);
    const capped = { words: [], waitUntil: now + 10 * minutes };
    expect(plan([row("a")], { recentPosts, mostPosts: 2 })).toEqual(capped);
  });

  it("forgets what is older than an hour", () => {
    expect(plan([row("a")], { recentPosts: [now - hours], mostPosts: 1 }).words).toEqual(["post: a"]);
  });
});

describe("After a failure", () => {
  const later = now + 5 * minutes;

  it("the channel is left alone, also with what has come since", () => {
    const waiting = row("a", { attempts: 3, nextTry: later });
    expect(plan([waiting, row("b")])).toEqual({ words: [], waitUntil: later });
  });

  it("everything that has come meanwhile goes into one message", () => {
    const waiting = row("a", { attempts: 3, nextTry: now });
    const over = row("b", {}, { endedAt: now, version: 2, loud: true });
    expect(plan([waiting, over, row("c")]).words).toEqual(["post: a b c"]);
  });

  it("what may have arrived is tried again by itself, under its key", () => {
    const begun = { ...begunAs("a.1"), lost: true };
    const both = [row("a", { begun }), row("b", { begun }), row("c")];
    expect(plan(both).words).toEqual(["post again a.1: a b", "post: c"]);
  });

  it("what another process is at is left to it until its lease ends", () => {
    const leased = row("a", { begun: begunAs("a.1"), leasedUntil: now + 1 });
    expect(plan([leased, row("b")])).toEqual({ words: ["post: b"], waitUntil: now + 1 });
    const lapsed = row("a", { begun: begunAs("a.1"), leasedUntil: now });
    expect(plan([lapsed]).words).toEqual(["post again a.1: a"]);
  });

  it("the wait doubles from 5 s up to 5 min", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 100].map(waitAfter)).toEqual(
      [5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1000),
    );
  });
});

describe("A snooze", () => {
  it("holds its incident alone until it ends", () => {
    const snoozed = row("a", { sentVersion: 1, where: "m1" }, { version: 2, snoozedUntil: now + 1 });
    expect(plan([snoozed, row("b")])).toEqual({ words: ["post: b"], waitUntil: now + 1 });
    expect(plan([{ ...snoozed, snoozedUntil: now }]).words).toEqual(["edit m1: a"]);
  });
});

describe("A delivery", () => {
  it("is due when nothing keeps it: no retry, no lease, no snooze", () => {
    expect(dueAt(row("a"))).toBe(start);
    expect(dueAt(row("a", { nextTry: 5, leasedUntil: 7 }, { snoozedUntil: 6 }))).toBe(7);
  });

  it("remembers when a new message was posted, and a change of it leaves that as it was", () => {
    const { delivery } = row("a", { attempts: 2, leasedUntil: now, begun: begunAs("k") });
    const posted = told(delivery, { version: 1, where: "m1", postedAt: now });
    expect(posted).toEqual({ sentVersion: 1, where: "m1", sentAt: now, attempts: 0, nextTry: start });
    expect(told(posted, { version: 2, where: "m1" })).toMatchObject({ sentVersion: 2, sentAt: now });
  });

  it("that failed is free again, with one more attempt", () => {
    const { delivery } = row("a", { leasedUntil: now });
    expect(failed(delivery, now + 5, undefined)).toEqual({
      ...{ sentVersion: 0, attempts: 1, nextTry: now + 5, begun: undefined, leasedUntil: undefined },
    });
  });
});

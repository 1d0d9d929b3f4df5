import { describe, expect, it } from "vitest";
import type { Incident, Look } from "../../src/core/domain/incident.ts";
import { reconcile } from "../../src/core/domain/reconcile.ts";
import { start } from "../fakes/core.ts";
import { finding, incident, look, minutes } from "../fakes/incident-memory.ts";

const now = start + 10 * minutes;
const subject = "quota|a||session";

function compare(known: readonly Incident[], found: Look) {
  return reconcile(known, found, { channel: "kept", scope: "a", now, newId: () => "new" });
}

/** The incident as one look leaves it. */
function step(known: Incident, found: Look): Incident {
  const { added, changed } = compare([known], found);
  expect(added).toEqual([]);
  return changed[0] ?? known;
}

const told = (rest: Partial<Incident> = {}) =>
  incident({ version: 1, loud: false, delivery: { sentVersion: 1, attempts: 0, nextTry: start }, ...rest });

const over = { event: { type: "quota.reset", at: now } } as const;

describe("What a look has found", () => {
  it("opens an incident, which is to be told", () => {
    const { added, changed } = compare([], look({ findings: [finding({ level: 90 })] }));
    expect(changed).toEqual([]);
    expect(added).toEqual([
      {
        ...{ key: `kept|${subject}|1`, id: "new", channel: "kept", scope: "a", subject, number: 1 },
        ...{ level: 90, event: finding().event, openedAt: now, version: 1, loud: true, revision: 0 },
        delivery: { sentVersion: 0, attempts: 0, nextTry: now },
      },
    ]);
  });

  it("changes nothing when it is known already", () => {
    const found = look({ findings: [finding()] });
    expect(compare([told({ event: finding().event })], found)).toEqual({ added: [], changed: [] });
  });

  it("is told again when it has grown", () => {
    const grown = step(told(), look({ findings: [finding({ level: 90 })] }));
    expect(grown).toMatchObject({ level: 90, version: 2, loud: true });
  });

  it("is shown where it has become less, and worth no new message", () => {
    const less = step(told({ level: 90 }), look({ findings: [finding({ level: 80 })] }));
    expect(less).toMatchObject({ level: 80, version: 2, loud: false });
  });

  it("stays worth a new message until it is told, whatever comes after", () => {
    const untold = told({ level: 90, version: 2, loud: true });
    expect(step(untold, look({ findings: [finding({ level: 80 })] }))).toMatchObject({
      version: 3,
      loud: true,
    });
    expect(step(untold, look())).toMatchObject({ endedAt: now, version: 3, loud: true });
  });

  it("is noted without being told when it was so before anybody looked", () => {
    const { added } = compare([], look({ findings: [finding({ silent: true })] }));
    expect(added).toMatchObject([{ version: 0, level: 80 }]);
    const [first] = added;
    const grown = step(first as Incident, look({ findings: [finding({ level: 90 })] }));
    expect(grown).toMatchObject({ version: 1, loud: true });
  });

  it("is only followed where another account of the pool tells it", () => {
    const { added } = compare([], look({ findings: [finding()], aside: true }));
    expect(added).toMatchObject([{ version: 0, level: 80 }]);
    const grown = step(added[0] as Incident, look({ findings: [finding({ level: 90 })], aside: true }));
    expect(grown).toMatchObject({ version: 0, level: 90 });
    const known = step(told(), look({ findings: [finding({ level: 90 })], aside: true }));
    expect(known).toMatchObject({ version: 2, loud: false, level: 90 });
  });

  it("is stored when its facts have changed by more than they jitter, with nothing to tell", () => {
    const at = (usedPercent: number, resetsAt: number) => {
      const window = { id: "session", label: "5-hour", usedPercent, resetsAt };
      return finding({ event: { type: "quota.low", at: now, account: "a", window } });
    };
    const known = told({ event: at(82, now).event });
    const same = look({ findings: [at(82.9, now + 9 * minutes)] });
    expect(compare([known], same)).toEqual({ added: [], changed: [] });
    for (const other of [at(84, now), at(82, now + 11 * minutes)]) {
      expect(step(known, look({ findings: [other] }))).toMatchObject({ event: other.event, version: 1 });
    }
  });

  it("remembers when a level of 100 was reached", () => {
    expect(step(told(), look({ findings: [finding({ level: 100 })] })).fullAt).toBe(now);
    const { added } = compare([], look({ findings: [finding({ level: 100 })] }));
    expect(added[0]?.fullAt).toBe(now);
    const earlier = told({ level: 100, fullAt: start });
    expect(step(earlier, look({ findings: [finding({ level: 90 })] })).fullAt).toBe(start);
  });
});

describe("What is not found any more", () => {
  it("has ended, quietly unless the look says how", () => {
    expect(step(told(), look())).toMatchObject({
      endedAt: now,
      version: 2,
      loud: false,
      event: { since: start },
    });
    const loudly = step(told(), look({ endings: new Map([[subject, over]]) }));
    expect(loudly).toMatchObject({ endedAt: now, loud: true, event: { type: "quota.reset", since: start } });
  });

  it("stays as it is where the look knows nothing of it", () => {
    const held = look({ held: new Set([subject]) });
    expect(compare([told()], held)).toEqual({ added: [], changed: [] });
    const both = look({ held: new Set([subject]), findings: [finding({ level: 100 })] });
    expect(compare([told()], both)).toEqual({ added: [], changed: [] });
  });

  it("has nothing to tell where nobody was told of it", () => {
    expect(step(told({ version: 0 }), look())).toMatchObject({ endedAt: now, version: 0 });
  });

  it("is free of its snooze, so that its end is told", () => {
    expect(step(told({ snoozedUntil: now + minutes }), look()).snoozedUntil).toBeUndefined();
  });

  it("that has ended already is left alone", () => {
    expect(compare([told({ endedAt: start })], look())).toEqual({ added: [], changed: [] });
  });
});

describe("What ends and is found anew", () => {
  it("in one look is an incident of its own, with the next number", () => {
    const found = look({ endings: new Map([[subject, over]]), findings: [finding({ level: 90 })] });
    const { added, changed } = compare([told({ number: 3 })], found);
    expect(changed).toMatchObject([{ number: 3, endedAt: now }]);
    expect(added).toMatchObject([{ number: 4, level: 90, version: 1, key: `kept|${subject}|4` }]);
  });

  it("later has the next number too", () => {
    const { added } = compare([told({ number: 1, endedAt: start }), told({ number: 2, endedAt: now })], {
      ...look({ findings: [finding()] }),
    });
    expect(added).toMatchObject([{ number: 3 }]);
  });
});

describe("News", () => {
  const news = finding({ subject: "spike|2026-11-22", level: 1, once: true });

  it("is over as soon as it is there, and told once however often it is found", () => {
    const { added } = compare([], look({ findings: [news] }));
    expect(added).toMatchObject([{ endedAt: now, version: 1 }]);
    expect(compare(added, look({ findings: [news] }))).toEqual({ added: [], changed: [] });
    expect(compare(added, look())).toEqual({ added: [], changed: [] });
  });
});

describe("What looks over", () => {
  it("is remembered until the next look decides", () => {
    const doubted = step(told(), look({ findings: [finding()], doubts: new Map([[subject, now]]) }));
    expect(doubted).toMatchObject({ doubtedAt: now, version: 1 });
    expect(step(doubted, look({ findings: [finding()] })).doubtedAt).toBeUndefined();
    expect(step(doubted, look())).toMatchObject({ endedAt: now, doubtedAt: undefined });
  });
});

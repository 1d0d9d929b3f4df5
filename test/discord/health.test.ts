import { describe, expect, it } from "vitest";
import { createHealth } from "../../src/discord/health.ts";

const second = 1000;

function health() {
  let now = 1_000_000;
  const logged: string[] = [];
  const note = (_fields: object, message: string) => void logged.push(message);
  const status = createHealth({ now: () => now }, { debug() {}, info: note, warn: note, error: note });
  return {
    ...status,
    read: status.health,
    logged,
    pass(milliseconds: number): void {
      now += milliseconds;
    },
  };
}

describe("the health of the connection", () => {
  it("is down before it starts, connecting while it tries, connected after", () => {
    const line = health();
    expect(line.read().state).toBe("down");
    line.connecting();
    expect(line.read().state).toBe("connecting");
    line.connected();
    expect(line.read().state).toBe("connected");
  });

  it("keeps the moment of the loss, and is down when that is a minute ago", () => {
    const line = health();
    line.connected();
    line.pass(5 * second);
    line.lost();
    const { since } = line.read();
    for (let tries = 0; tries < 120; tries++) {
      line.pass(second / 2);
      line.lost("HTTP 502");
    }
    expect(line.read()).toMatchObject({ state: "down", since });
    expect(line.read().detail).toContain("HTTP 502");
    line.connected();
    expect(line.read().state).toBe("connected");
  });

  it("does not log a move of the connection, nor every try of an outage", () => {
    const line = health();
    line.connected();
    line.lost();
    line.pass(second);
    line.connected();
    expect(line.logged).toEqual([]);

    line.lost();
    for (let tries = 0; tries < 400; tries++) {
      line.pass(second / 2);
      line.lost();
    }
    expect(line.logged).toHaveLength(4);
    line.connected();
    expect(line.logged).toHaveLength(5);
  });

  it("does not trust a connection on which no heartbeat is answered", () => {
    const line = health();
    line.connected();
    const { since } = line.read();
    line.pass(140 * second);
    expect(line.read(-1).state).toBe("connected");
    line.pass(20 * second);
    expect(line.read(since + 100 * second).state).toBe("connected");
    expect(line.read(-1).state).toBe("connecting");
    expect(line.read(since + second)).toMatchObject({ state: "connecting", since: since + second });
  });
});

import { describe, expect, it } from "vitest";
import { anthropic } from "../../src/providers/anthropic.ts";
import { memberReadings } from "../../src/providers/anthropic-members.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(anthropic);

describe("the members of an organisation", () => {
  const now = Date.parse("2026-11-22T03:00:00Z");
  const row = (number: number, amount: string | null, spent: number) => ({
    scope: { type: "user", user_id: `user_01FAKE${String(number).padStart(8, "0")}` },
    actor: { name: "Jane Example", email_address: "jane@example.invalid" },
    amount,
    period: "monthly",
    period_to_date_spend: String(spent),
  });

  it("are the 20 with least left, whoever comes first in the answer", () => {
    const rows = Array.from({ length: 1000 }, (_, index) => row(index, "10000", index));
    const readings = memberReadings([row(5000, null, 99_999), ...rows, row(6000, "0", 5)], now);
    expect(readings).toHaveLength(20);
    expect(readings.map(({ used }) => used).slice(0, 3)).toEqual([0.05, 9.99, 9.98]);
  });

  it("have ids that do not change with their rank", () => {
    const ids = (rows: object[]) => new Set(memberReadings(rows, now).map(({ id }) => id));
    expect(ids([row(1, "100", 90), row(2, "100", 10)])).toEqual(ids([row(2, "100", 95), row(1, "100", 20)]));
  });

  it("are shown without a name or an e-mail address", () => {
    expect(JSON.stringify(memberReadings([row(1, "100", 90), row(2, null, 10)], now))).not.toMatch(/jane/i);
  });
});

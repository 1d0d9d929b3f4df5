import type { Tokens, UsageRecord } from "../../src/core/domain/usage.ts";
import type { Ledger } from "../../src/core/ports.ts";
import { start } from "../fakes/core.ts";

type Given = Partial<Omit<UsageRecord, "tokens">> & { tokens?: Partial<Tokens> | undefined };

/** Records calls: into the ledger, and what is new on to whoever listens. */
export function createRecords(options: {
  ledger: Ledger;
  recorded: (records: readonly UsageRecord[]) => void;
}): (given: readonly Given[]) => Promise<void> {
  let count = 0;
  return async (given) => {
    const records = given.map(({ tokens, ...rest }): UsageRecord => {
      count += 1;
      return {
        id: `call-${count}`,
        at: start,
        day: "2026-11-22",
        hour: 3,
        account: "claude-lan",
        provider: "acme",
        model: "glm-4.7",
        user: "lan@example.org",
        requests: 1,
        tokens: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, ...tokens },
        audioMs: 0,
        billing: "paid",
        costBasis: "priced",
        outcome: "ok",
        source: "api",
        ...rest,
      };
    });
    const added = await options.ledger.append(records);
    options.recorded(records.filter((_, index) => added[index]));
  };
}

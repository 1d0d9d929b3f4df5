import { createDays } from "../core/domain/day.ts";
import { digest } from "../core/messages/digest.ts";
import { createDigestFacts } from "../core/services/digest-facts.ts";
import { digestJson } from "../core/services/digest-json.ts";
import { readWithProgress } from "./quota.ts";
import type { CliOptions, Session } from "./session.ts";
import { type OutputOptions, print, printJson, withSession } from "./with-session.ts";

/** Reads what is due and prints the daily summary of now. */
export function printDigest(cli: CliOptions, options: OutputOptions): Promise<void> {
  return withSession(cli, options, async (session) => {
    await readWithProgress(cli, session, session.accounts, options);
    const { facts } = await factsOf(session).gather({ kind: "day" });
    if (options.json) return printJson(cli, digestJson(facts));
    const { names } = session;
    const nameAccount = (id: string) => ({ name: names.account(id), providerName: "" });
    print(cli, session, options, digest(facts, { names, nameAccount }));
    if (session.notice !== undefined) cli.errors.write(`${session.notice}\n`);
  });
}

function factsOf({ accounts, reports, usageReports, clock, timezone, refusals }: Session) {
  return createDigestFacts({
    ...{ accounts, reports, usageReports, clock, days: createDays(timezone) },
    refusing: async () => (await refusals()).map(({ channel }) => channel),
  });
}

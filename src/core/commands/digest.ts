import { createCalendar } from "../domain/calendar.ts";
import { createDays } from "../domain/day.ts";
import { nextDigest } from "../domain/digest-plan.ts";
import { type Message, spans } from "../domain/message.ts";
import { adminsOnly } from "../messages/alert-answers.ts";
import { digest } from "../messages/digest.ts";
import { noChannel, plansText, turnedOff, turnedOn } from "../messages/digest-answers.ts";
import type { NameAccount } from "../messages/event-words.ts";
import { answerActions } from "../messages/quota-table.ts";
import type { UsageNames } from "../messages/usage-names.ts";
import type { Clock } from "../ports.ts";
import type { DigestFactsService } from "../services/digest-facts.ts";
import type { DigestMemory } from "../services/digest-memory.ts";
import type { DigestPlans } from "../services/digest-plans.ts";
import type { Asker, Command } from "./command.ts";

/** What the command works with. */
export interface DigestCommandOptions {
  digestFacts: DigestFactsService;
  digestPlans: DigestPlans;
  digestMemory: Pick<DigestMemory, "told">;
  names: UsageNames;
  nameAccount: NameAccount;
  clock: Clock;
  /** IANA name of the team's time zone. */
  timezone: string;
}

const usualTime = "09:00";

/** `/quota digest [on|off] [HH:MM]`: the daily summary now, or when this channel gets it by itself. */
export function digestCommand(options: DigestCommandOptions): Command {
  const { digestFacts, digestPlans, digestMemory, clock, timezone } = options;
  const clocks = { days: createDays(timezone), calendar: createCalendar(timezone) };

  async function now({ channel }: Asker): Promise<Message> {
    const told = channel === undefined ? undefined : await digestMemory.told(channel);
    const { facts } = await digestFacts.gather({ kind: "day", told, since: told?.at });
    const message = digest(facts, options);
    const blocks = [...message.blocks, { type: "actions" as const, actions: answerActions("digest") }];
    if (channel === undefined) return { ...message, blocks };
    const plans = (await digestPlans.list()).filter((plan) => plan.channel === channel);
    const footer = [...spans(message.footer ?? ""), " ", ...spans(plansText(plans, timezone))];
    return { ...message, blocks, footer };
  }

  async function change(asker: Asker, at: string | undefined): Promise<Message> {
    const { channel } = asker;
    if (!asker.admin) return adminsOnly("Changing when a channel gets its digest", asker);
    if (channel === undefined) return noChannel;
    if (at === undefined) return turnedOff(await digestPlans.turnOff(channel, asker));
    await digestPlans.turnOn(channel, at, asker);
    return turnedOn({ at, timezone, next: nextDigest(at, clock.now(), clocks) });
  }

  return {
    name: "digest",
    summary: "The daily summary now; on and off decide whether this channel gets it (admins)",
    parameters: [
      {
        name: "switch",
        summary: "Whether this channel gets it every day",
        required: false,
        kind: "word",
        choices: ["on", "off"],
      },
      { name: "at", summary: "When: 09:00, in the team's time zone", required: false, kind: "clock" },
    ],
    adminsOnly: false,
    async *run({ arguments: { switch: word, at }, asker }) {
      if (word === undefined && at === undefined) yield await now(asker);
      else yield await change(asker, word === "off" ? undefined : (at ?? usualTime));
    },
  };
}

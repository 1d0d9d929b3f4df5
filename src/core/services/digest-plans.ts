import { z } from "zod";
import { type DigestPlan, everyDay } from "../domain/digest-plan.ts";
import { AppError } from "../errors.ts";
import type { Person } from "../messages/people.ts";
import type { Clock, Settings } from "../ports.ts";

export interface DigestPlans {
  /** The configured ones, as changed from chat. */
  list(): Promise<readonly DigestPlan[]>;
  /** Gives a channel a daily digest at this time, "HH:MM", in place of any other daily one. Durable once this resolves. */
  turnOn(channel: string, at: string, by: Person): Promise<void>;
  /** Takes the daily digest of a channel away; false when it had none. */
  turnOff(channel: string, by: Person): Promise<boolean>;
}

const key = "digest plans";

const fields = z.record(
  z.string(),
  z.object({
    /** Absent: none, whatever the configuration says. */
    at: z.string().optional(),
    surface: z.string(),
    user: z.string().optional(),
    since: z.number(),
  }),
);

/** When channels get their digests: as configured, unless somebody has said otherwise from chat. */
export function createDigestPlans(options: {
  configured: readonly DigestPlan[];
  settings: Pick<Settings, "get" | "swap">;
  clock: Clock;
}): DigestPlans {
  const { configured, settings, clock } = options;

  function plansOf(chosen: z.output<typeof fields>): DigestPlan[] {
    return [
      ...configured.filter(({ channel, period }) => period !== "day" || !Object.hasOwn(chosen, channel)),
      ...Object.entries(chosen).flatMap(([channel, { at, since }]): DigestPlan[] =>
        at === undefined ? [] : [{ channel, at, days: everyDay, period: "day", skipEmpty: false, since }],
      ),
    ];
  }

  /** Changes what is chosen, as often as others do so at the same time. */
  async function change(how: (chosen: z.output<typeof fields>) => z.output<typeof fields>): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const stored = await settings.get(key);
      if (await settings.swap(key, stored, how(parse(stored)))) return;
    }
    throw new AppError("conflict", "Others are changing digests at this moment. Try again.");
  }

  return {
    async list() {
      return plansOf(parse(await settings.get(key)));
    },
    turnOn: (channel, at, { surface, user }) =>
      change((chosen) => ({ ...chosen, [channel]: { at, surface, user, since: clock.now() } })),
    async turnOff(channel, { surface, user }) {
      let had = false;
      await change((chosen) => {
        const isOurs = (plan: DigestPlan) => plan.channel === channel && plan.period === "day";
        had = plansOf(chosen).some(isOurs);
        const { [channel]: _before, ...others } = chosen;
        return configured.some(isOurs)
          ? { ...others, [channel]: { surface, user, since: clock.now() } }
          : others;
      });
      return had;
    },
  };
}

function parse(stored: unknown): z.output<typeof fields> {
  return fields.safeParse(stored).data ?? {};
}

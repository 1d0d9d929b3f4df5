import type { Account } from "../domain/account.ts";
import type { Instant } from "../domain/quota.ts";
import { digest } from "../messages/digest.ts";
import type { Channel, Clock, Log, Settings } from "../ports.ts";
import type { QuotaReports } from "./quota-report.ts";

/** When a channel gets its digest: a time of day in the team's zone, on some days of the week. */
export interface DigestPlan {
  channel: Channel;
  /** "HH:MM" */
  at: string;
  /** "mon" to "sun". */
  days: readonly string[];
}

export interface SendDigests {
  /** Posts the digests that are due and have not been posted today. Never throws. */
  sendDue(): Promise<void>;
}

/**
 * Posts each plan's digest once a day, at its time or, after a sleep or a restart, as soon as possible that day. A plan
 * seen for the first time after its time of day starts with the next one.
 */
export function createSendDigests(options: {
  plans: readonly DigestPlan[];
  accounts: readonly Account[];
  reports: QuotaReports;
  settings: Settings;
  clock: Clock;
  timezone: string;
  log: Log;
}): SendDigests {
  const { clock, settings } = options;
  const calendar = new Intl.DateTimeFormat("en-US", {
    timeZone: options.timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });

  function localTime(now: Instant): { day: string; weekday: string; time: string } {
    const parts = Object.fromEntries(calendar.formatToParts(now).map((part) => [part.type, part.value]));
    return {
      day: `${parts.year}-${parts.month}-${parts.day}`,
      weekday: (parts.weekday ?? "").toLowerCase(),
      time: `${parts.hour}:${parts.minute}`,
    };
  }

  async function sendIfDue(plan: DigestPlan): Promise<void> {
    const { day, weekday, time } = localTime(clock.now());
    const memory = `digest ${plan.channel.id} ${plan.at}`;
    const last = await settings.get(memory);
    const due = time >= plan.at;
    if (last === undefined) return settings.set(memory, due ? day : "none yet");
    if (!due || last === day || !plan.days.includes(weekday)) return;
    await plan.channel.post(digest(options.reports.report(options.accounts)));
    await settings.set(memory, day);
  }

  return {
    async sendDue() {
      for (const plan of options.plans) {
        await sendIfDue(plan).catch((error) =>
          options.log.error(
            { channel: plan.channel.id, error },
            "A digest could not be posted; it stays due today.",
          ),
        );
      }
    },
  };
}

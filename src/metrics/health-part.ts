import type { Registry } from "prom-client";
import type { Clock } from "../core/ports.ts";
import type { HealthCheck } from "../core/services/health.ts";
import type { JobState } from "../core/services/health-judgement.ts";
import { createPart, gaugesIn, type Part } from "./part.ts";

export interface HealthPartOptions {
  /** How the bot is; the check named "store" says whether it can be written to. */
  health: () => readonly Told[] | Promise<readonly Told[]>;
  /** When each job of the clock has to have started, or ended, by. */
  jobs: () => readonly JobState[];
  clock: Clock;
}

type Told = Pick<HealthCheck, "name" | "ok">;

/** How the bot itself is. */
export function healthPart(registry: Registry, { health, jobs, clock }: HealthPartOptions): Part {
  const gauge = gaugesIn(registry);
  const series = {
    healthy: gauge("quotabot_healthy", "Whether a part of the bot is well, as /readyz says.", ["check"]),
    store: gauge("quotabot_store_writable", "Whether what the bot has to remember can be kept."),
    lag: gauge(
      "quotabot_scheduler_lag_seconds",
      "By how much a job of the clock is late, to start or to end; 0 in time.",
      ["scheduled_job"],
    ),
  };
  return createPart("health", series, async (put) => {
    for (const { name, ok } of await health()) {
      put("healthy", { check: name }, ok ? 1 : 0);
      if (name === "store") put("store", {}, ok ? 1 : 0);
    }
    const now = clock.now();
    for (const { name, dueAt, endsBy } of jobs()) {
      const by = dueAt ?? endsBy;
      put("lag", { scheduled_job: name }, by === undefined ? undefined : Math.max(0, now - by) / 1000);
    }
  });
}

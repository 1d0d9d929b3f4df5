import type { Instant } from "../core/domain/quota.ts";
import type { Clock } from "../core/ports.ts";

/** How much faster than real time the demo runs: a minute passes in a second. */
export const demoPace = 60;

/** A clock that starts at an instant and runs `demoPace` times as fast as the real one. */
export function createDemoClock(start: Instant, real: Clock): Clock {
  const begun = real.now();
  return { now: () => start + (real.now() - begun) * demoPace };
}

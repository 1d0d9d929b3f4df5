import type { Clock, Log } from "../core/ports.ts";
import type { ConnectionHealth } from "../core/services/health-judgement.ts";

/** Away for longer than this is down, though we go on trying. */
const downAfter = 60_000;
/** Discord asks for a heartbeat about every 41 s (checked 2026-11-22); a dead line shows only by its silence. */
const silentAfter = 150_000;
/** discord.js tries twice a second and says so each time; we say so this often. */
const logEvery = 60_000;
/** Discord moves connections about routinely; that is over sooner than this, and no news. */
const newsAfter = 5000;

/** How the connection is, from what the gateway reports. Logs when it is lost and when it is back. */
export function createHealth(clock: Clock, log: Log) {
  let current: ConnectionHealth = { state: "down", since: clock.now(), detail: "Not started." };
  let refusal: string | undefined;
  let loggedAt: number | undefined;

  return {
    connecting(): void {
      current = { state: "connecting", since: clock.now() };
    },
    connected(): void {
      const now = clock.now();
      if (loggedAt !== undefined) log.info({ awayMs: now - current.since }, "Discord is connected again");
      loggedAt = undefined;
      if (current.state !== "connected") current = { state: "connected", since: now };
    },
    /** The line is down, and being set up again. */
    lost(why?: string): void {
      if (refusal !== undefined) return;
      const now = clock.now();
      if (current.state === "connected") {
        current = {
          state: "connecting",
          since: now,
          detail: "Discord closed the connection; setting up a new one.",
        };
      }
      if (why !== undefined) current = { ...current, detail: `Discord cannot be reached (${why}).` };
      if (now - current.since < newsAfter || now - (loggedAt ?? -logEvery) < logEvery) return;
      loggedAt = now;
      log.warn({ awayMs: now - current.since }, current.detail ?? "Discord cannot be reached.");
    },
    /** It will not come back by itself; `help` says what to do. */
    refused(help: string): void {
      refusal = help;
      current = { state: "down", since: clock.now(), detail: help };
    },
    refusal: () => refusal,
    /** `lastHeartbeat`: when the last answered heartbeat was sent; before the first one negative or undefined. */
    health(lastHeartbeat = -1): ConnectionHealth {
      const now = clock.now();
      if (current.state === "connecting" && now - current.since >= downAfter) {
        return {
          ...current,
          state: "down",
          detail: `${current.detail ?? "Discord cannot be reached."} Still trying.`,
        };
      }
      const heardAt = Math.max(lastHeartbeat, current.since);
      if (current.state === "connected" && now - heardAt > silentAfter) {
        return { state: "connecting", since: heardAt, detail: "Discord has stopped answering." };
      }
      return current;
    },
  };
}

import { type Dispatcher, request } from "undici";
import type { Clock } from "../core/ports.ts";
import { type NetworkStage, stageOf } from "./network-stage.ts";

/** What came of asking a host. */
export type HostAnswer =
  | {
      reached: true;
      /** How far our clock is ahead of the one over there, in milliseconds; absent: it tells no time. */
      ahead?: number | undefined;
    }
  | ({ reached: false } & NetworkStage);

/**
 * Whether a host answers HTTP at all, whatever it answers. Asks for the headers of its root, without any credential, over the
 * connections that are used in earnest. Never rejects.
 *
 * @param origin scheme, host and port: "https://api.example.org"
 */
export async function askHost(
  origin: string,
  options: { dispatcher: Dispatcher; clock: Clock; signal: AbortSignal; timeout?: number | undefined },
): Promise<HostAnswer> {
  const { dispatcher, clock, timeout = 3_500 } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeout)]);
  const askedAt = clock.now();
  try {
    const answer = await request(origin, { method: "HEAD", dispatcher, signal });
    const ahead = aheadOf(answer.headers.date, askedAt, clock.now());
    await answer.body.dump();
    return { reached: true, ahead };
  } catch (error) {
    return { reached: false, ...(await stageOf(error, new URL(origin))) };
  }
}

/** Within a second nobody can tell, as the header counts in seconds; the answer may have been made at any time meanwhile. */
function aheadOf(
  date: string | string[] | undefined,
  askedAt: number,
  answeredAt: number,
): number | undefined {
  const theirs = Date.parse(String(date));
  if (Number.isNaN(theirs)) return undefined;
  if (askedAt > theirs + 1_000) return askedAt - theirs - 1_000;
  return answeredAt < theirs ? answeredAt - theirs : 0;
}

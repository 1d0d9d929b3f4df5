import type { Reading } from "../core/domain/quota.ts";
import { claudeReadings } from "./claude-usage.ts";
import { amount, dictionary, instant, record } from "./kit/lenient.ts";
import { soundReading } from "./reader/sound-reading.ts";

const document = record({
  rate_limits: dictionary(record({ used_percentage: amount, resets_at: instant })),
});

/**
 * The windows in the document that Claude Code hands to a status line command: percent used, resets in epoch seconds;
 * each may be missing, and all are before the first answer and without a Pro or Max plan. Nothing else of the document
 * is looked at. Published; checked 2026-11-22.
 */
export function statusLineReadings(written: unknown): readonly Reading[] {
  const windows = document.parse(written)?.rate_limits;
  if (windows === undefined) return [];
  const usage = [...windows].map(([window, told]) => [
    window,
    { utilization: told.used_percentage, resets_at: told.resets_at },
  ]);
  // The same windows as in the usage page, under the same names, so that both give one account the same readings.
  const main = { five_hour: undefined, seven_day: undefined };
  return soundReading({ readings: claudeReadings({ ...main, ...Object.fromEntries(usage) }) }).readings;
}

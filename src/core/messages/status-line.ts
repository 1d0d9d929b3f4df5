import { type Reading, remainingPercent } from "../domain/quota.ts";
import { day, hour, week, windowLabel } from "../domain/window.ts";
import { percentLeft } from "./format.ts";

/** What is left in each window, on one short line: "5h 76% left · week 58% left". Empty when nothing is known. */
export function statusLineText(readings: readonly Reading[]): string {
  return readings
    .flatMap((reading) => {
      const left = reading.kind === "quota" ? remainingPercent(reading) : undefined;
      if (reading.kind !== "quota" || left === undefined) return [];
      const pool = reading.scope === undefined ? "" : ` ${reading.scope}`;
      const window = reading.windowSeconds === undefined ? reading.label : shortLabel(reading.windowSeconds);
      return [`${window}${pool} ${percentLeft(left)} left`];
    })
    .join(" · ");
}

function shortLabel(seconds: number): string {
  if (seconds === day) return "day";
  if (seconds === week) return "week";
  if (seconds % day === 0) return windowLabel(seconds) === "monthly" ? "month" : `${seconds / day}d`;
  return seconds % hour === 0 ? `${seconds / hour}h` : windowLabel(seconds);
}

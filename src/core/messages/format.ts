import { type Mark, spans, type Text, type Tone } from "../domain/message.ts";
import type { Instant, Unit } from "../domain/quota.ts";

/**
 * Percent left for people, rounded down. Something left never reads 0 %, something used never 100 %.
 */
export function percentLeft(percent: number): string {
  if (percent <= 0) return "0%";
  if (percent < 1) return "<1%";
  if (percent > 99 && percent < 100) return "99%";
  return `${Math.floor(percent)}%`;
}

/** How a bar with this much left stands, judged by the percentage that people read. */
export function markOf(percent: number): Mark {
  if (percent <= 0) return "empty";
  if (Math.floor(percent) <= 10) return "critical";
  return Math.floor(percent) <= 20 ? "low" : "ok";
}

/** The tone of a message whose worst bar is this. */
export function toneOf(marks: readonly Mark[]): Tone {
  if (marks.some((mark) => mark === "empty" || mark === "critical")) return "critical";
  if (marks.some((mark) => mark === "low" || mark === "blocked")) return "warning";
  return marks.some((mark) => mark === "ok") ? "good" : "neutral";
}

const words: Record<string, [one: string, many: string]> = {
  requests: ["request", "requests"],
  tokens: ["token", "tokens"],
  credits: ["credit", "credits"],
  minutes: ["minute", "minutes"],
  hours: ["hour", "hours"],
};

/** A number with its unit: "$12.33", "¥42.50", "12.5 EUR", "1,438 credits", "37%". */
export function quantity(count: number, unit: Unit): string {
  if (unit === "percent") return `${decimal(count, 1)}%`;
  if (unit === "usd" || unit === "cny") {
    const sign = count < 0 ? "-" : "";
    return `${sign}${unit === "usd" ? "$" : "¥"}${money(Math.abs(count))}`;
  }
  const named = words[unit];
  if (named) return `${decimal(count, 1)} ${count === 1 ? named[0] : named[1]}`;
  return `${money(count)} ${unit.toUpperCase()}`;
}

/** The number alone when the unit follows elsewhere: "1,438 of 12,000 credits". */
export function fraction(used: number, limit: number, unit: Unit): string {
  if (unit === "percent") return `${decimal(used, 1)}%`;
  if (words[unit]) return `${decimal(used, 1)} of ${quantity(limit, unit)}`;
  return `${quantity(used, unit)} of ${quantity(limit, unit)}`;
}

function decimal(count: number, digits: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function money(count: number): string {
  return count.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** A span of time in its two largest units, rounded down to minutes: "2 h 5 min", "4 d 16 h", "less than a minute". */
export function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "less than a minute";
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days > 0) return join(`${days} d`, hours, "h");
  if (hours > 0) return join(`${hours} h`, minutes % 60, "min");
  return `${minutes} min`;
}

function join(large: string, small: number, unit: string): string {
  return small > 0 ? `${large} ${small} ${unit}` : large;
}

/** An instant in words for surfaces that cannot count down: "in 2 h 5 min", "3 min ago". */
export function relative(instant: Instant, now: Instant): string {
  const difference = instant - now;
  if (Math.abs(difference) < 60_000) return difference > 0 ? "in less than a minute" : "just now";
  return difference > 0 ? `in ${duration(difference)}` : `${duration(-difference)} ago`;
}

/** An instant in the zone: the time of day, with the day in front when it is another day: "05:00", "Wed 25 Nov 21:00". */
export function moment(instant: Instant, now: Instant, timezone: string): string {
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    hour: "2-digit",
    minute: "2-digit",
  }).format(instant);
  const date = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  const day = date.format(instant).replace(",", "");
  return day === date.format(now).replace(",", "") ? time : `${day} ${time}`;
}

/** How text is spelled where there is neither formatting nor a live countdown. */
export function plainText(text: Text, place: { now: Instant; timezone: string }): string {
  return spans(text)
    .map((span) => {
      if (typeof span === "string") return span;
      if ("strong" in span) return span.strong;
      if ("code" in span) return span.code;
      if ("link" in span) return `${span.label} (${span.link})`;
      if ("person" in span) return span.person;
      return span.style === "countdown"
        ? relative(span.instant, place.now)
        : moment(span.instant, place.now, place.timezone);
    })
    .join("");
}

/** "Lan's Max, GLM and 4 more". */
export function listNames(names: readonly string[], most = 5): string {
  if (names.length <= most) {
    return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  }
  return `${names.slice(0, most - 1).join(", ")} and ${names.length - most + 1} more`;
}

/** "1 account", "3 accounts". */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

/** A large number on a readable scale: "850", "9,876", "12.3 k", "1.2 M", "4 B". */
export function scaled(number: number): string {
  if (number < 10_000) return number.toLocaleString("en-US", { maximumFractionDigits: 0 });
  const compact = number.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 1 });
  return compact.replace(/([A-Z])$/, (letter) => ` ${letter === "K" ? "k" : letter}`);
}

/** Whole micro-dollars: "$4.20"; what is more than nothing never reads $0.00. */
export function dollars(micros: number): string {
  return micros > 0 && micros < 10_000 ? "<$0.01" : quantity(micros / 1e6, "usd");
}

/** A part of a whole, from 0 to 1, rounded down: "98.3%". What is not all never reads 100%, something never 0%. */
export function share(part: number): string {
  if (part > 0 && part < 0.001) return "<0.1%";
  // A little more, so that 0.29 of a hundred does not come out as 28.9.
  return `${decimal(Math.floor(part * 1000 + 1e-9) / 10, 1)}%`;
}

/** How long something took: "850 ms", "3.2 s", "2 min". */
export function took(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 59_950 ? `${(milliseconds / 1000).toFixed(1)} s` : duration(milliseconds);
}

/** A length of audio: "45 s", "32.5 min". */
export function audioLength(seconds: number): string {
  return seconds < 60 ? `${decimal(seconds, 1)} s` : `${decimal(seconds / 60, 1)} min`;
}

/** "20 kB", "8.4 MB" */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return count(bytes, "byte");
  return bytes < 1e6 ? `${decimal(bytes / 1000, 1)} kB` : `${decimal(bytes / 1e6, 1)} MB`;
}

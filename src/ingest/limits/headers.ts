import type { RefusalKind } from "../../core/domain/limit-report.ts";
import type { Instant } from "../../core/domain/quota.ts";
import { windowLabel } from "../../core/domain/window.ts";
import { readNumber } from "../values.ts";
import { later, readReset, readRetryAfter } from "./spans.ts";

/** Values by lower-case name. */
export type Headers = ReadonlyMap<string, string>;

/** What the headers of a refusal tell. */
export interface HeaderFacts {
  kind?: RefusalKind | undefined;
  reason?: string | undefined;
  /** When the limit that was met starts over. */
  resetsAt?: Instant | undefined;
  /** When to try again. */
  retryAt?: Instant | undefined;
}

/**
 * Reads the limits that Anthropic (API keys and subscriptions), Codex, OpenAI, Groq, OpenRouter and GitHub tell in
 * headers, and those of the RateLimit draft of the IETF. Checked 2026-11-22.
 */
export function readHeaders(headers: Headers, at: Instant): HeaderFacts {
  const milliseconds = readNumber(headers.get("retry-after-ms"));
  const retryAt =
    milliseconds === undefined
      ? readRetryAfter(headers.get("retry-after"), at)
      : later(at + milliseconds, at);
  return { ...(subscription(headers, at) ?? codex(headers, at) ?? counters(headers, at)), retryAt };
}

const claims: Readonly<Record<string, string>> = {
  five_hour: "5-hour",
  seven_day: "weekly",
  seven_day_opus: "weekly Opus",
  seven_day_sonnet: "weekly Sonnet",
};

/** `anthropic-ratelimit-unified-*`: epoch seconds. */
function subscription(headers: Headers, at: Instant): HeaderFacts | undefined {
  const unified = (name: string) => headers.get(`anthropic-ratelimit-unified-${name}`);
  if (unified("status") !== "rejected") return undefined;
  const window = claims[unified("representative-claim") ?? ""];
  return {
    kind: "quota",
    reason: `The plan's ${window === undefined ? "" : `${window} `}limit is reached`,
    resetsAt: readReset(unified("reset"), at),
  };
}

/** `x-codex-primary-*` and `x-codex-secondary-*`: percent used, minutes, epoch seconds. */
function codex(headers: Headers, at: Instant): HeaderFacts | undefined {
  const full = ["primary", "secondary"].flatMap((slot) => {
    const told = (name: string) => headers.get(`x-codex-${slot}-${name}`);
    if ((readNumber(told("used-percent")) ?? 0) < 100) return [];
    const minutes = readNumber(told("window-minutes"));
    const resetsAt = readReset(told("reset-at"), at) ?? readReset(told("reset-after-seconds"), at);
    return [
      { label: minutes !== undefined && minutes > 0 ? windowLabel(minutes * 60) : undefined, resetsAt },
    ];
  });
  if (full.length === 0) return undefined;
  const last = full.reduce((a, b) => ((b.resetsAt ?? 0) > (a.resetsAt ?? 0) ? b : a));
  const window = last.label === undefined ? "" : `${last.label} `;
  return { kind: "quota", reason: `The plan's ${window}limit is reached`, resetsAt: last.resetsAt };
}

const patterns = [
  /^anthropic-(?:ratelimit|priority)-(?<what>[a-z-]+)-remaining$/,
  /^x-ratelimit-remaining-(?<what>[a-z-]+)$/,
  /^(?:x-)?ratelimit-remaining$/,
];

/** Counters of which nothing remains; of several the one that starts over last. */
function counters(headers: Headers, at: Instant): HeaderFacts {
  let found: HeaderFacts = {};
  for (const [name, value] of headers) {
    const match = patterns.map((pattern) => pattern.exec(name)).find((one) => one !== null);
    if (match === undefined || match === null || readNumber(value.replaceAll(",", "")) !== 0) continue;
    const resetsAt = readReset(headers.get(name.replace("remaining", "reset")), at);
    if (resetsAt === undefined || resetsAt <= (found.resetsAt ?? 0)) continue;
    const what = match.groups?.what?.replaceAll("-", " ") ?? "calls";
    found = { reason: `The limit of ${what} is reached`, resetsAt };
  }
  return found;
}

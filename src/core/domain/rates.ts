import type { Tokens } from "./usage.ts";

/** US dollars: for a million tokens of a class, for a minute of audio, for a request. */
export interface Rates {
  input?: number | undefined;
  output?: number | undefined;
  /** Like `input` when absent. */
  cacheRead?: number | undefined;
  /** Like `input` when absent. */
  cacheWrite?: number | undefined;
  /** Like `output` when absent. */
  reasoning?: number | undefined;
  perMinute?: number | undefined;
  perRequest?: number | undefined;
}

/** What of a call is charged, in whole numbers. */
export interface Charged {
  requests: number;
  tokens: Tokens;
  audioMs: number;
}

/** Whole micro-dollars of a call; undefined when the rates do not say. */
export type Price = (call: Charged) => number | undefined;

// A dollar for a million tokens is a micro-dollar for one. In millionths of that, written prices are whole numbers.
const perMicro = 1_000_000;
const minute = 60_000;

/**
 * The price of calls at these rates, exact and rounded once, half up. The rates do not say it when some of the tokens
 * have none, or when the call has nothing that they charge for, such as tokens only at a rate for audio; a call without
 * tokens and audio costs nothing. Vendors charge a model by the token or by the minute: of a call that tells both, what
 * there are no rates for at all is taken to be in the price of the other.
 */
export function createPrice(rates: Rates): Price {
  const { input, output } = rates;
  const classes = (
    [
      ["input", input],
      ["output", output],
      ["cacheRead", rates.cacheRead ?? input],
      ["cacheWrite", rates.cacheWrite ?? input],
      ["reasoning", rates.reasoning ?? output],
    ] as const
  ).map(([name, rate]) => ({ name, rate: rate === undefined ? undefined : Math.round(rate * perMicro) }));
  const chargesTokens = classes.some(({ rate }) => rate !== undefined);
  const requestRate = Math.round((rates.perRequest ?? 0) * perMicro * perMicro);
  const minuteRate = Math.round((rates.perMinute ?? 0) * perMicro * perMicro);

  function charges({ tokens, audioMs }: Charged): boolean {
    const hasTokens = classes.some(({ name }) => tokens[name] > 0);
    if (chargesTokens && classes.some(({ name, rate }) => tokens[name] > 0 && rate === undefined))
      return false;
    if (rates.perRequest !== undefined || (!hasTokens && audioMs === 0)) return true;
    return (chargesTokens && hasTokens) || (rates.perMinute !== undefined && audioMs > 0);
  }

  return (call) => {
    if (!charges(call)) return undefined;
    const { tokens, requests, audioMs } = call;
    let sum = requests * requestRate;
    for (const { name, rate } of classes) sum += tokens[name] * (rate ?? 0);
    if (sum <= Number.MAX_SAFE_INTEGER - perMicro && (minuteRate === 0 || audioMs === 0)) {
      const half = sum + perMicro / 2;
      return (half - (half % perMicro)) / perMicro;
    }
    return exactly(tokenCharges(tokens), { requests, requestRate, audioMs, minuteRate });
  };

  function tokenCharges(tokens: Tokens): bigint {
    return classes.reduce((sum, { name, rate }) => sum + BigInt(tokens[name]) * BigInt(rate ?? 0), 0n);
  }
}

/** The same where numbers are not exact any more, and where there are parts of a minute. */
function exactly(
  forTokens: bigint,
  other: { requests: number; requestRate: number; audioMs: number; minuteRate: number },
): number | undefined {
  const forRequests = BigInt(other.requests) * BigInt(other.requestRate);
  const forAudio = BigInt(other.audioMs) * BigInt(other.minuteRate);
  const sum = (forTokens + forRequests) * BigInt(minute) + forAudio;
  const whole = BigInt(minute * perMicro);
  const micros = Number((sum + whole / 2n) / whole);
  return Number.isSafeInteger(micros) ? micros : undefined;
}

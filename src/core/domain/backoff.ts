const minute = 60_000;
const longest = 6 * 60 * minute;

/**
 * Milliseconds to wait after a failed read. What the provider asked for is honoured within 1 minute and 6 hours;
 * otherwise the wait doubles with every failure in a row, from the floor up to 6 hours, with up to 20 % more at
 * random so that accounts do not come back all at once. Never below the floor.
 */
export function retryDelay(attempt: {
  floor: number;
  failures: number;
  retryAfter?: number | undefined;
  random: number;
}): number {
  if (attempt.retryAfter !== undefined && attempt.retryAfter > 0) {
    const asked = Math.min(longest, Math.max(minute, attempt.retryAfter));
    return Math.max(attempt.floor, asked);
  }
  const doubled = Math.min(
    longest,
    Math.max(minute, attempt.floor) * 2 ** Math.min(attempt.failures - 1, 20),
  );
  return Math.max(attempt.floor, Math.min(longest, Math.round(doubled * (1 + 0.2 * attempt.random))));
}

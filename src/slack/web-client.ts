import type { Logger } from "@slack/bolt";
import { WebClient } from "@slack/web-api";

export interface WebClientOptions {
  token: string;
  apiUrl: string | undefined;
  /** Milliseconds that one call may take. */
  timeout: number;
  logger: Logger;
}

/**
 * Slack's own client without its retries: they would repeat a post whose answer got lost, and one rate limit would hold up
 * everything else.
 */
export function createWebClient({ token, apiUrl, timeout, logger }: WebClientOptions): WebClient {
  return new WebClient(token, {
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    logger,
    timeout,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

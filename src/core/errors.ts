/**
 * Every failure the program knows, by code. `retryable` says whether trying the same again later can help,
 * `status` is the HTTP status of an answer that carries the code.
 */
const codes = {
  config_invalid: { retryable: false, status: 500 },
  request_invalid: { retryable: false, status: 400 },
  not_found: { retryable: false, status: 404 },
  unauthorized: { retryable: false, status: 401 },
  forbidden: { retryable: false, status: 403 },
  conflict: { retryable: false, status: 409 },
  provider_credentials_missing: { retryable: false, status: 502 },
  provider_auth_rejected: { retryable: false, status: 502 },
  provider_forbidden: { retryable: false, status: 502 },
  provider_needs_action: { retryable: false, status: 502 },
  provider_rate_limited: { retryable: true, status: 503 },
  provider_unavailable: { retryable: true, status: 502 },
  provider_unreachable: { retryable: true, status: 504 },
  provider_unexpected_response: { retryable: true, status: 502 },
  provider_not_applicable: { retryable: false, status: 422 },
  insufficient_quota: { retryable: false, status: 409 },
  unknown_capacity: { retryable: false, status: 409 },
  concurrency_exceeded: { retryable: true, status: 429 },
  delivery_failed: { retryable: true, status: 502 },
  delivery_refused: { retryable: false, status: 502 },
  store_unavailable: { retryable: true, status: 503 },
  store_damaged: { retryable: false, status: 500 },
  store_locked: { retryable: false, status: 500 },
} as const;

export type ErrorCode = keyof typeof codes;

export interface ErrorDetails {
  /** Milliseconds to wait before the next try, as the other side asked. */
  retryAfter?: number | undefined;
  /** A page where a person can put it right. Shown to admins only. */
  actionUrl?: string | undefined;
  /** Set when it may have been done all the same: the answer was lost. */
  unsure?: boolean | undefined;
  /** Set when what was to be changed is not there any more, or cannot be changed for good. */
  gone?: boolean | undefined;
  /** Several problems found at once, one line each. */
  problems?: readonly string[] | undefined;
}

/**
 * The one error class. The message says what happened and what to do, in words for people; it never holds a
 * secret or a provider's raw body.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get retryable(): boolean {
    return codes[this.code].retryable;
  }

  get status(): number {
    return codes[this.code].status;
  }
}

/** Whether a thrown value is an AppError, of the given code when one is named. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

import type { z } from "zod";
import { amount, dictionary, list, record, text, unwrap } from "./kit/lenient.ts";
import { durationOf } from "./kit/retry-after.ts";

/** A quota that was met: "GenerateRequestsPerDayPerProjectPerModel-FreeTier", of 20, for the model in its dimensions. */
const violation = record({
  quotaId: text,
  quotaValue: amount,
  quotaDimensions: record({ model: text }),
  description: text,
});
type Violation = NonNullable<z.output<typeof violation>>;

const envelope = record({
  error: record({
    message: text,
    details: list(
      record({
        reason: text,
        metadata: dictionary(text),
        links: list(record({ url: text })),
        retryDelay: text,
        violations: list(violation),
      }),
    ),
  }),
});

/** What the error envelope of Google's APIs says, its details merged (google.rpc; checked 2026-11-22). */
export interface Problem {
  message: string;
  reasons: readonly string[];
  metadata: ReadonlyMap<string, string>;
  links: readonly string[];
  /** Whether the named reason, an upper-case word, is given: as such or in the message. */
  says(reason: string): boolean;
  violations: readonly Violation[];
  /** Whether a quota per day is used up. */
  daily: boolean;
  /** Milliseconds until the quota's reset, as told for it by name. */
  resetsIn?: number | undefined;
  /** Milliseconds after which to try again. */
  delay?: number | undefined;
}

/** Reads an error answer. Undefined for a body that is no JSON object, such as a firewall's page. */
export function problemOf(body: unknown): Problem | undefined {
  const document: unknown = Array.isArray(body) ? body[0] : body;
  if (typeof document !== "object" || document === null) return undefined;
  const error = envelope.parse(unwrap(document, ["error"]))?.error;
  const details = error?.details ?? [];
  const reasons = details.flatMap(({ reason }) => reason ?? []);
  const violations = details.flatMap((detail) => detail.violations ?? []);
  const message = [error?.message, ...violations.map(({ description }) => description)].join(" ");
  const metadata = new Map(details.flatMap((detail) => [...(detail.metadata ?? [])]));
  const resetsIn =
    metadata.get("quotaResetDelay") ?? /\bresets? in ((\d+(\.\d+)?(ms|h|m|s))+)/i.exec(message)?.[1];
  const retryDelay = details.find((detail) => detail.retryDelay !== undefined)?.retryDelay;
  return {
    message,
    reasons,
    metadata,
    links: details.flatMap((detail) => (detail.links ?? []).flatMap(({ url }) => url ?? [])),
    violations,
    says: (reason) => reasons.includes(reason) || message.includes(reason),
    daily: violations.some(({ quotaId }) => /PerDay|Daily/i.test(quotaId ?? "")),
    resetsIn: milliseconds(resetsIn),
    delay: milliseconds(retryDelay),
  };
}

function milliseconds(duration: string | undefined): number | undefined {
  const exact = duration === undefined ? undefined : durationOf(duration);
  return exact === undefined ? undefined : Math.ceil(exact);
}

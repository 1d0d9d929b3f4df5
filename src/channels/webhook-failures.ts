import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { networkFault } from "./network-faults.ts";

/** Whoever asks to be left alone for longer is tried again all the same, in milliseconds. */
const longestWait = 3_600_000;
/** Something in between answers so when it has no answer; the receiver may have got it. */
const gateways = [502, 504];

/** The error for an answer that is not 2xx. Of the address only the host is told. */
export function refusedWith(
  answer: { statusCode: number; headers: Readonly<Record<string, string | string[] | undefined>> },
  { id, host, now }: { id: string; host: string; now: Instant },
): AppError {
  const { statusCode: status } = answer;
  const who = `${id} (${host})`;
  if (status === 429 || status === 503) {
    const retryAfter = retryAfterOf(answer.headers["retry-after"], now);
    const words = status === 429 ? "asks to slow down" : "takes nothing at present";
    return new AppError("delivery_failed", `${who} ${words} (HTTP ${status}).`, { retryAfter });
  }
  if (status === 408 || status >= 500) {
    const unsure = gateways.includes(status) ? true : undefined;
    return new AppError("delivery_failed", `${who} has trouble (HTTP ${status}).`, { unsure });
  }
  return new AppError("delivery_refused", `${who} ${adviceOn(status, id)}`);
}

function adviceOn(status: number, id: string): string {
  const setting = `\`channels.${id.replace(/^webhook:/, "")}.webhook\``;
  const code = `(HTTP ${status})`;
  if (status < 400)
    return `redirects elsewhere, which is not followed ${code}: give ${setting} the address it leads to.`;
  if (status === 401 || status === 403)
    return `does not let the bot in ${code}: check ${setting} and the secret, here and on the other side.`;
  if (status === 404 || status === 410) return `is not there any more ${code}: correct ${setting}.`;
  return `does not take what is posted ${code}: the receiver's own log may tell why.`;
}

/** The error for an exchange without an answer. Of the cause only a short code is told. */
export function unreachable(error: unknown, { id, host }: { id: string; host: string }): AppError {
  const who = `${id} (${host})`;
  if (error instanceof Error && error.name === "TimeoutError")
    return new AppError("delivery_failed", `${who} did not answer in time.`, { unsure: true });
  const { code, unsent, untrusted } = networkFault(error);
  const reason = code === undefined ? "" : ` (${code})`;
  if (untrusted) {
    const advice = "put it right there, or name its authority in NODE_EXTRA_CA_CERTS and restart";
    return new AppError("delivery_refused", `The certificate of ${who} is not trusted${reason}: ${advice}.`);
  }
  return new AppError("delivery_failed", `${who} cannot be reached${reason}.`, {
    unsure: unsent ? undefined : true,
  });
}

/** Milliseconds that a Retry-After header asks for, in seconds or as an HTTP date (RFC 9110, 10.2.3); an hour at most. */
function retryAfterOf(header: string | string[] | undefined, now: Instant): number | undefined {
  if (typeof header !== "string") return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return wait > 0 ? Math.min(wait, longestWait) : undefined;
}

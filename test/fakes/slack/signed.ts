import { createHmac } from "node:crypto";
import type { Envelope } from "./server.ts";

/** The headers by which Slack proves that a request is its own; `at` is when it claims to have sent it, in ms. */
export function sign(body: string, secret: string, at = Date.now()): Record<string, string> {
  const seconds = Math.floor(at / 1000);
  const digest = createHmac("sha256", secret).update(`v0:${seconds}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": String(seconds), "x-slack-signature": `v0=${digest}` };
}

/** Delivers what would be an envelope on a socket as a signed request; the acknowledgement and the HTTP status. */
export async function post(envelope: Envelope, url: string, secret: string) {
  const isEvent = envelope.type === "events_api";
  const body = isEvent ? JSON.stringify(envelope.payload) : formOf(envelope);
  const headers: Record<string, string> = {
    "content-type": isEvent ? "application/json" : "application/x-www-form-urlencoded",
    ...sign(body, secret),
  };
  if (envelope.retry_attempt !== undefined) headers["x-slack-retry-num"] = String(envelope.retry_attempt);
  const answer = await fetch(url, { method: "POST", body, headers });
  const text = await answer.text();
  const ack: Record<string, unknown> | undefined = answer.ok ? JSON.parse(text || "{}") : undefined;
  return { ack, status: answer.status };
}

function formOf({ type, payload }: Envelope): string {
  const fields =
    type === "interactive" ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>);
  return new URLSearchParams(fields).toString();
}

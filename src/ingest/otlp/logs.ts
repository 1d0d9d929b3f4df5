import type { UsageDraft } from "../../core/services/record-usage.ts";
import { readInstant } from "../instant.ts";
import { claudeCodeEvents } from "./claude-code-events.ts";
import { codexEvents } from "./codex-events.ts";
import { commonOf, instantOf, listOf, type OtlpSource, sourceOf, textOf } from "./facts.ts";
import { geminiCliEvents } from "./gemini-cli-events.ts";
import type { OtlpLog } from "./request.ts";

const readers = new Map(Object.entries({ ...claudeCodeEvents, ...codexEvents, ...geminiCliEvents }));

/**
 * The calls that log records tell of, each with the source it came from. An event that repeats has the same id: that of
 * its request where it tells one, else a digest of its resource, attributes and time. Of texts, only the names in
 * `commonOf` are kept.
 *
 * @param hash digest of a text, the same in all processes
 */
export function readOtlpLogs(
  logs: readonly OtlpLog[],
  hash: (text: string) => string,
): { draft: UsageDraft; source: OtlpSource }[] {
  return logs.flatMap((log) => {
    const name = eventOf(log);
    const told = readers.get(name)?.(log.attributes);
    if (told === undefined) return [];
    const common = commonOf(log.resource, log.attributes);
    const id = told.id ?? `otlp-${hash(digestOf(log, name))}`;
    return [{ draft: { ...common, ...told, id, at: timeOf(log) }, source: sourceOf(log.resource, common) }];
  });
}

/** The full name of an event. Claude Code writes its own without the prefix, which stands in the body. */
function eventOf({ resource, attributes, body }: OtlpLog): string {
  const name = textOf(attributes, "event.name") ?? "";
  const prefixed = `claude_code.${name}`;
  const service = textOf(resource, "service.name") ?? "";
  return body === prefixed || (service.startsWith("claude-code") && !name.includes(".")) ? prefixed : name;
}

/** When it happened; undefined when no time is told. Codex leaves out all but the time it was noticed at. */
function timeOf({ nanos, observedNanos, attributes }: OtlpLog) {
  return instantOf(nanos) ?? instantOf(observedNanos) ?? readInstant(attributes.get("event.timestamp"));
}

function digestOf(log: OtlpLog, name: string): string {
  const time = String(log.nanos ?? log.observedNanos ?? "");
  return JSON.stringify(["event", name, listOf(log.resource), listOf(log.attributes), time]);
}

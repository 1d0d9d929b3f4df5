import { count } from "../core/messages/format.ts";
import type { ImportSummary } from "./report-log-import.ts";

/** What the bot made of the records. */
export interface Sent {
  accepted: number;
  duplicates: number;
  rejected: number;
}

/** "Sent 1,204 records (1,180 new, 24 known before) of 37 files." */
export function sentText({ accepted, duplicates, rejected }: Sent, { files }: ImportSummary): string {
  const records = accepted + duplicates + rejected;
  if (files === 0) return "There are no session logs of this time.";
  if (records === 0) return `Nothing new in ${count(files, "file")}.`;
  const parts = [
    `${accepted.toLocaleString("en-US")} new`,
    `${duplicates.toLocaleString("en-US")} known before`,
    ...(rejected > 0 ? [`${rejected.toLocaleString("en-US")} not taken`] : []),
  ];
  return `Sent ${count(records, "record")} (${parts.join(", ")}) of ${count(files, "file")}.`;
}

/** The same as JSON. */
export function sentJson({ accepted, duplicates, rejected }: Sent, summary: ImportSummary): object {
  return { records: accepted + duplicates + rejected, accepted, duplicates, rejected, ...summary };
}

/** What was left out, a sentence each. */
export function shortcomings({ skippedLines, unreadable, packed, complete }: ImportSummary): string[] {
  return [
    ...(skippedLines > 0 ? [`Skipped ${count(skippedLines, "line")} that cannot be understood.`] : []),
    ...(unreadable > 0 ? [`${count(unreadable, "file")} cannot be read.`] : []),
    ...(packed > 0 ? [`${count(packed, "packed file")} left out: reading them needs Node.js 22.15.`] : []),
    ...(complete ? [] : ["There is more to read than this run had time for. Run it again for the rest."]),
  ];
}

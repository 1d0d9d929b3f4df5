import type { Message, Text } from "../domain/message.ts";
import type { Period } from "../domain/period.ts";
import type { ExportFormat, RecordsExport } from "../services/export-records.ts";
import { count, fileSize } from "./format.ts";
import { periodWords } from "./period-words.ts";

const mediaTypes: Readonly<Record<ExportFormat, string>> = { json: "application/json", csv: "text/csv" };

/** Usage records as a file for the asker; one that is cut says how to get all of them. */
export function exportMessage(
  exported: RecordsExport,
  call: { period: Period; format: ExportFormat; size: number },
): Message {
  const { period, format } = call;
  const title = `Export ${periodWords(period)}`;
  if (exported.records === 0) {
    const text = "There are no records of this period, or they are no longer kept.";
    return { title, tone: "neutral", blocks: [{ type: "text", text }] };
  }
  const name = exportName(period, format);
  const first = exported.complete ? "" : "The first ";
  const what = `${first}${count(exported.records, "usage record")} as ${format.toUpperCase()}: ${name}, ${fileSize(call.size)}.`;
  const texts: Text[] = exported.complete ? [what] : [what, restText(period, format)];
  return {
    title,
    tone: exported.complete ? "neutral" : "warning",
    blocks: texts.map((text) => ({ type: "text", text })),
    file: { name, mediaType: mediaTypes[format], content: exported.content },
  };
}

function restText(period: Period, format: ExportFormat): Text {
  return [
    "There are more than fit into one message. All of them: ",
    { code: `quotabot quota export ${period.name} --format ${format} --output all.${format}` },
    " where the bot runs, or page by page from ",
    { code: `GET /api/v1/records?period=${period.name}` },
    ".",
  ];
}

/** "quotabot-usage-2026-11-22.csv", "quotabot-usage-2026-11-01-to-2026-11-22.json" */
export function exportName({ from, to }: Period, format: ExportFormat): string {
  return `quotabot-usage-${from === to ? from : `${from}-to-${to}`}.${format}`;
}

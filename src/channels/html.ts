import { type Message, type Span, spans, type Text, type Tone } from "../core/domain/message.ts";
import { harmless, type Part, type Place, partsOf } from "./parts.ts";

const colours: Readonly<Record<Tone, string>> = {
  neutral: "#1f2937",
  good: "#15803d",
  warning: "#b45309",
  critical: "#b91c1c",
};
const style = `body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif }
h1 { font-size: 18px }
table { border-collapse: collapse; font-size: 14px }
th, td { padding: 2px 16px 2px 0; text-align: left; vertical-align: top }
.right { text-align: right }
.note { font-size: 12px; color: #6b7280 }`;

/** A message as a page of its own for mail programs: no pictures, nothing loaded from anywhere. */
export function htmlPage(message: Message, place: Place, note: string): string {
  const title = escaped(message.title);
  const parts = partsOf(message, place).map(drawn).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
${style}
</style>
</head>
<body>
<h1 style="color: ${colours[message.tone]}">${title}</h1>
${parts}
<p class="note">${escaped(note)}</p>
</body>
</html>
`;
}

function drawn(part: Part): string {
  if (part.kind === "text") return `<p>${html(part.text)}</p>`;
  const head = part.head?.map((title, column) => cell("th", part, column, escaped(title))) ?? [];
  const rows = part.rows.map((row) => row.map((text, column) => cell("td", part, column, html(text))));
  const lines = [...(head.length === 0 ? [] : [head]), ...rows].map((cells) => `<tr>${cells.join("")}</tr>`);
  return `<table>\n${lines.join("\n")}\n</table>`;
}

function cell(
  tag: "th" | "td",
  { right }: Part & { kind: "table" },
  column: number,
  content: string,
): string {
  return `<${tag}${right.has(column) ? ' class="right"' : ""}>${content}</${tag}>`;
}

function html(text: Text): string {
  return spans(text).map(spanHtml).join("");
}

function spanHtml(span: Span): string {
  if (typeof span === "string") return escaped(span);
  if ("strong" in span) return `<strong>${escaped(span.strong)}</strong>`;
  if ("code" in span) return `<code>${escaped(span.code)}</code>`;
  if ("person" in span) return escaped(span.person);
  if (!("link" in span)) return "";
  const label = escaped(span.label);
  return /^https?:\/\//i.test(span.link) ? `<a href="${escaped(span.link)}">${label}</a>` : label;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return harmless(text).replace(/[&<>"']/g, (mark) => entities[mark] ?? mark);
}

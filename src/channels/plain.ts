import stringWidth from "string-width";
import type { Message, Text } from "../core/domain/message.ts";
import { plainText } from "../core/messages/format.ts";
import { harmless, type Part, type Place, partsOf } from "./parts.ts";

const gap = "  ";

/** What a message says below its title, as plain text: paragraphs and tables with aligned columns. */
export function plainBody(message: Message, place: Place): string {
  return partsOf(message, place)
    .map((part) => (part.kind === "text" ? spell(part.text, place) : tableLines(part, place).join("\n")))
    .filter((text) => text !== "")
    .join("\n\n");
}

function tableLines({ head, rows, right }: Part & { kind: "table" }, place: Place): string[] {
  const cells = rows.map((row) => row.map((cell) => spell(cell, place)));
  const all = head === undefined ? cells : [head.map(harmless), ...cells];
  const columns = Math.max(0, ...all.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...all.map((row) => stringWidth(row[column] ?? ""))),
  );
  return all.map((row) =>
    widths
      .flatMap((width, column) => (width === 0 ? [] : [pad(row[column] ?? "", width, right.has(column))]))
      .join(gap)
      .trimEnd(),
  );
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(width - stringWidth(text));
  return right ? space + text : text + space;
}

function spell(text: Text, place: Place): string {
  return harmless(plainText(text, place)).trim();
}

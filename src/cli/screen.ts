import { emitKeypressEvents } from "node:readline";
import type { CliOptions } from "./session.ts";

/** A terminal that is drawn on as a whole. What stood there before comes back when it is closed. */
export interface Screen {
  /** Shows lines from the top, as many as fit, and one at the bottom. */
  show(lines: readonly string[], last: string): void;
  /** Calls back with "q", "r" and so on, and "ctrl-c". */
  onKey(listener: (key: string) => void): void;
  close(): void;
}

// ECMA-48 and DEC private modes as xterm documents them (invisible-island.net/xterm/ctlseqs, checked 2026-11-22);
// 2026 keeps a frame back until it is whole, and is ignored where it is not known.
const otherScreen = { on: "\u001b[?1049h", off: "\u001b[?1049l" };
const cursor = { on: "\u001b[?25h", off: "\u001b[?25l" };
const lineBreaks = { on: "\u001b[?7h", off: "\u001b[?7l" };
const frame = { begin: "\u001b[?2026h", end: "\u001b[?2026l" };
const toTop = "\u001b[H";
const clearLine = "\u001b[K";
const clearBelow = "\u001b[J";

/**
 * Takes over the terminal until it is closed. Each frame is one write that goes over the last one from the top, every
 * line cleared to its end and the rest below, so that nothing flickers and nothing ever scrolls.
 */
export function openScreen({ output, input }: Pick<CliOptions, "output" | "input">): Screen {
  let onKeypress: ((text: string, key: { name?: string; ctrl?: boolean }) => void) | undefined;
  output.write(`${otherScreen.on}${cursor.off}${lineBreaks.off}`);
  return {
    show(lines, last) {
      const shown = fitting(lines, last, output.rows || 24);
      const drawn = shown.map((line) => `${line}${clearLine}`).join("\r\n");
      output.write(`${frame.begin}${toTop}${drawn}${clearBelow}${frame.end}`);
    },
    onKey(listener) {
      if (!input.isTTY) return;
      emitKeypressEvents(input);
      input.setRawMode(true);
      onKeypress = (_text, { name = "", ctrl }) => listener(ctrl ? `ctrl-${name}` : name);
      input.on("keypress", onKeypress);
      input.resume();
    },
    close() {
      output.write(`${lineBreaks.on}${cursor.on}${otherScreen.off}`);
      if (onKeypress === undefined) return;
      input.off("keypress", onKeypress);
      input.setRawMode(false);
      input.pause();
    },
  };
}

/** The lines that fit above the last one, close together where room is short; of more it is said how many there are. */
function fitting(lines: readonly string[], last: string, rows: number): string[] {
  if (lines.length <= rows - 2) return [...lines, "", last];
  const dense = lines.filter((line) => line !== "");
  if (rows < 4) return dense.slice(0, rows);
  if (dense.length < rows) return [...dense, last];
  const kept = dense.slice(0, rows - 2);
  return [...kept, `… and ${dense.length - kept.length} more lines`, last];
}

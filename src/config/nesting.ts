/** More levels than any settings need, and far fewer than what exhausts the stack of the YAML library. */
const deepest = 100;

/**
 * Where a text opens more levels than a settings file can need: the offset of the bracket, dash or indentation that
 * goes too far. Looked for before parsing, because a recursion that comes close to the end of the stack can end the
 * whole process. Brackets in quotes are counted too: no honest text has that many open ones.
 */
export function tooDeepAt(text: string): number | undefined {
  let open = 0;
  let lineBegins = true;
  let before = 0;
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset];
    if (character === "[" || character === "{") open += 1;
    if (character === "]" || character === "}") open = Math.max(0, open - 1);
    // A line nests with its indentation and with each dash and question mark before its first word.
    if (character === "\n") {
      lineBegins = true;
      before = 0;
    } else if (lineBegins && (character === " " || character === "-" || character === "?")) before += 1;
    else lineBegins = false;
    if (open > deepest || before > 2 * deepest) return offset;
  }
  return undefined;
}

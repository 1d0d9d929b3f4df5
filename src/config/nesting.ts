/** More levels than any settings need; far fewer than what exhausts the stack of the YAML library. */
const deepest = 500;

/**
 * Where a text opens more levels than a settings file can need: the offset of the bracket, dash or indentation that
 * goes too far. Looked for before parsing, because a recursion that comes close to the end of the stack can end the
 * whole process. Brackets in quotes are counted too: no honest text has that many open ones.
 */
export function tooDeepAt(text: string): number | undefined {
  let open = 0;
  let inLine = 0;
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset];
    if (character === "[" || character === "{") open += 1;
    else if (character === "]" || character === "}") open = Math.max(0, open - 1);
    // A line nests with each dash and question mark before its first word, and with its indentation.
    else if (character === "\n") inLine = 0;
    else if (character === "-" || character === "?" || character === " ") inLine += 1;
    else inLine = 0;
    if (open > deepest || inLine > 2 * deepest) return offset;
  }
  return undefined;
}

const zeroWidth = "\u200b";

/** Number of characters as Slack's limits count them: Unicode code points. */
export function length(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The first `limit` characters; what is cut off is marked with an ellipsis. */
export function clip(text: string, limit: number): string {
  // A string never has more code points than code units, so most need no counting.
  if (text.length <= limit) return text;
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, Math.max(0, limit - 1)).join("")}…`;
}

/**
 * Text from outside for a place where Slack does not parse markup: a header, a button, a rich text element.
 * Takes out what could disguise other text (control characters, direction overrides) and breaks everything that
 * looks like a mention, in case some client parses it after all.
 */
export function plain(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, " ")
      .replace(/\p{Surrogate}/gu, "\ufffd")
      .replace(/<(?=[!@#])/g, `<${zeroWidth}`)
      .replace(/@(?=here|channel|everyone)/gi, `@${zeroWidth}`)
  );
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plain(text).replace(/\s+/g, " ").trim();
}

/**
 * Text from outside for mrkdwn, at most `limit` characters long. It comes out as literal text: the three characters
 * that Slack wants escaped are entities, and what would start formatting is replaced by a look-alike, because
 * mrkdwn has no escape for it (docs.slack.dev/messaging/formatting-message-text, checked 2026-11-22).
 */
export function mrkdwn(text: string, limit: number): string {
  const literal = plain(text)
    .replace(/\*/g, "∗")
    .replace(/~/g, "∼")
    .replace(/`/g, "ˋ")
    // Inside a word, as in many account names, an underscore formats nothing.
    .replace(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, "ˍ")
    // At the start of a line this would be a quotation.
    .replace(/^(?=>)/gm, zeroWidth);
  return clipEntities(literal.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;"), limit);
}

/** Clips without cutting an entity in two. */
function clipEntities(escaped: string, limit: number): string {
  if (length(escaped) <= limit) return escaped;
  let kept = "";
  let room = limit - 1;
  for (const [piece] of escaped.matchAll(/&(?:amp|lt|gt);|./gsu)) {
    room -= length(piece);
    if (room < 0) break;
    kept += piece;
  }
  return `${kept}…`;
}

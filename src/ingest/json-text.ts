/**
 * Looks over JSON text without building what it says, which takes a hundred times the memory of a hostile text. None of
 * this checks that the text is JSON.
 */

/** A part of a text, and how many values, keys apart, are in it at most. */
export interface Span {
  start: number;
  end: number;
  values: number;
}

const code = {
  quote: 0x22,
  comma: 0x2c,
  backslash: 0x5c,
  list: 0x5b,
  listEnd: 0x5d,
  object: 0x7b,
  objectEnd: 0x7d,
};

/** The value that begins here: a list or an object whole, anything else up to the next comma, bracket or brace. */
export function spanOf(text: string, start: number, end = text.length): Span {
  let depth = 0;
  let values = 1;
  let at = start;
  for (; at < end; at += 1) {
    const one = text.charCodeAt(at);
    if (one === code.quote) at = endOfString(text, at, end);
    else if (one === code.list || one === code.object) {
      depth += 1;
      values += 1;
    } else if (one === code.listEnd || one === code.objectEnd) {
      if (depth === 0) break;
      depth -= 1;
      if (depth > 0) continue;
      at += 1;
      break;
    } else if (one === code.comma) {
      if (depth === 0) break;
      values += 1;
    }
  }
  return { start, end: Math.min(at, end), values };
}

function endOfString(text: string, start: number, end: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0 && at < end; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charCodeAt(first - 1) === code.backslash) first -= 1;
    if ((at - first) % 2 === 0) return at;
  }
  return end;
}

/** The items of a text that is one list, the first so many of them; undefined when it is anything else. */
export function itemsOf(text: string, most: number): Span[] | undefined {
  const open = skipBlank(text, 0);
  if (text.charCodeAt(open) !== code.list) return undefined;
  const items: Span[] = [];
  let at = skipBlank(text, open + 1);
  if (text.charCodeAt(at) === code.listEnd) return skipBlank(text, at + 1) === text.length ? [] : undefined;
  while (items.length < most) {
    const item = spanOf(text, at);
    items.push(item);
    const next = skipBlank(text, item.end);
    if (text.charCodeAt(next) === code.comma) at = skipBlank(text, next + 1);
    else {
      const ended = text.charCodeAt(next) === code.listEnd && skipBlank(text, next + 1) === text.length;
      return ended ? items : undefined;
    }
  }
  return items;
}

/** The lines of a text that are not blank, the first so many of them. */
export function linesOf(text: string, most: number): Span[] {
  const lines: Span[] = [];
  for (let start = skipBlank(text, 0); start < text.length && lines.length < most; ) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed;
    lines.push({ start, end, values: valuesIn(text, start, end) });
    start = skipBlank(text, end);
  }
  return lines;
}

/** How many values are in a text at most. */
export function valuesIn(text: string, start = 0, end = text.length): number {
  let values = 0;
  for (let at = start; at < end; ) {
    const span = spanOf(text, at, end);
    values += span.values;
    at = Math.max(span.end, at + 1);
  }
  return values;
}

/** Where the first character stands that is not blank, from a place on. */
export function skipBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

function isBlank(one: number): boolean {
  return one === 0x20 || (one >= 0x09 && one <= 0x0d);
}

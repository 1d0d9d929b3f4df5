/** Characters that belong to one run are counted together when it ends; `alone` are counted one by one. */
const runs = { none: 0, word: 1, digits: 2, signs: 3, space: 4, alone: 5 } as const;
type Run = (typeof runs)[keyof typeof runs];

/**
 * How many tokens a text has, roughly, for a caller that cannot tell: a whole number, 0 for an empty text.
 *
 * The weights are the middle between what the tokenizers o200k_base and cl100k_base make of prose and code (counted with
 * gpt-tokenizer on 2026-11-22; other makers publish no tokenizer). A word of English is one token and its space none, so
 * that 4 to 5 characters make a token; a Vietnamese letter with its marks costs most of a token more, which comes to 2.5
 * characters a token; a Chinese or Japanese character is 0.9 tokens, a Korean syllable one; Cyrillic has 2 characters a
 * token, Arabic, Thai and Hindi rather less. Digits go by three, an emoji takes two tokens and more. The two tokenizers are themselves a
 * third apart on what is not English, and so may the estimate be from either.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let run: Run = runs.none;
  let length = 0;
  let before = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const kind = kindOf(code);
    // "camelCase" is two words.
    if (kind !== run || (kind === runs.word && isCapital(code) && !isCapital(before))) {
      tokens += ended(run, length, kind);
      run = kind;
      length = 0;
    }
    length += 1;
    before = code;
    if (code > 0x7f) tokens += extra(code);
  }
  return text === "" ? 0 : Math.max(1, Math.round(tokens + ended(run, length, runs.none)));
}

function kindOf(code: number): Run {
  if (code < 0x80) {
    if ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) return runs.word;
    if (code >= 0x30 && code <= 0x39) return runs.digits;
    return code === 0x20 || (code >= 0x09 && code <= 0x0d) ? runs.space : runs.signs;
  }
  return isLatin(code) ? runs.word : runs.alone;
}

/** Latin letters beyond ASCII, and the marks that follow a letter in decomposed text. */
function isLatin(code: number): boolean {
  return (code >= 0xc0 && code <= 0x24f) || (code >= 0x300 && code <= 0x36f) || code >> 8 === 0x1e;
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

/** Tokens of a run of this many characters, without the extra ones; a word brings the space before it along. */
function ended(run: Run, length: number, next: Run): number {
  if (run === runs.word) return length <= 12 ? 1 : 1 + (length - 12) / 4;
  if (run === runs.digits) return Math.ceil(length / 3);
  if (run === runs.signs) return length <= 2 ? 1 : 1 + (length - 2) / 4;
  if (run === runs.space) return length === 1 && next !== runs.none ? 0 : 1 + Math.floor(length / 80);
  return 0;
}

/** What a character beyond ASCII adds, by its script. */
function extra(code: number): number {
  if (code >= 0x300 && code < 0x370) return 1.3;
  if (isLatin(code)) return isVietnamese(code) ? 0.75 : 0.4;
  if (code < 0x590) return 0.45;
  if (code < 0x900) return 0.55;
  if (code < 0x1100) return 0.75;
  // Quotation marks, dashes, arrows, joiners.
  if (code >= 0x2000 && code < 0x2e80) return 1;
  if (code >= 0xac00 && code < 0xd7b0) return 1.05;
  // Each half of an emoji, or of a rare Chinese character.
  if (code >= 0xd800 && code < 0xe000) return 1.2;
  return 0.9;
}

/** Letters that hardly another language has: ă đ ĩ ũ ơ ư, those with a dot below or a hook, and those with two marks. */
function isVietnamese(code: number): boolean {
  return code >= 0x1ea0 || "ăĂđĐĩĨũŨơƠưƯ".includes(String.fromCharCode(code));
}

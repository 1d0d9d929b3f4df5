/**
 * Outside text without what could move a terminal's cursor, change colours or turn the reading direction. Line breaks become
 * spaces.
 */
export function harmless(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "");
}

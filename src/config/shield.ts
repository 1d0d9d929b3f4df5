/**
 * Between the braces of a YAML map, as in `{ token: ${TOKEN} }`, the braces of a reference would end the text. They
 * and the other marks with a meaning there are swapped for characters that Unicode keeps free for such purposes, one
 * for one, so that every position stays as it is.
 */
const marks = "{}[],";
const standIns = "\uFDD0\uFDD1\uFDD2\uFDD3\uFDD4";

/** Hides the marks inside references from the YAML parser. */
export function shield(yaml: string): string {
  return yaml.replace(/\$\{[^{}\n]*\}/g, (reference) => swap(reference, marks, standIns));
}

/** Undoes `shield` in a text that the parser gave. */
export function unshield(text: string): string {
  return /[\uFDD0-\uFDD4]/.test(text) ? swap(text, standIns, marks) : text;
}

function swap(text: string, from: string, to: string): string {
  return [...text].map((character) => to[from.indexOf(character)] ?? character).join("");
}

import { distance } from "fastest-levenshtein";

/** Something a person may name: by id, or by what it is called. */
export interface Named {
  id: string;
  name: string;
}

/**
 * What a half-remembered word means: all of equal rank among exact matches, then beginnings, then parts, of id or
 * name, ignoring case and the characters between words. Empty when nothing matches.
 */
export function matching<T extends Named>(typed: string, candidates: readonly T[]): T[] {
  const wanted = plain(typed);
  if (wanted === "") return [];
  const exactId = candidates.filter((candidate) => candidate.id === typed);
  if (exactId.length > 0) return exactId;
  const ranks: ((word: string) => boolean)[] = [
    (word) => word === wanted,
    (word) => word.startsWith(wanted),
    (word) => word.includes(wanted),
  ];
  for (const fits of ranks) {
    const found = candidates.filter((candidate) => fits(plain(candidate.id)) || fits(plain(candidate.name)));
    if (found.length > 0) return found;
  }
  return [];
}

/** The known word that the typed one was probably meant to be: at most two slips, fewer in short words. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const wanted = plain(typed);
  let best: { word: string; slips: number } | undefined;
  for (const word of known) {
    const slips = isSwapped(wanted, plain(word)) ? 1 : distance(wanted, plain(word));
    if (
      slips <= Math.min(2, Math.floor(plain(word).length / 2)) &&
      (best === undefined || slips < best.slips)
    ) {
      best = { word, slips };
    }
  }
  return best?.word;
}

/** Asks behind a sentence whether that was meant; nothing where nothing comes near. */
export function didYouMean(meant: string | undefined): string {
  return meant === undefined ? "" : ` Did you mean "${meant}"?`;
}

/** Whether the words have the same letters in another order. */
function isSwapped(a: string, b: string): boolean {
  return a !== b && [...a].sort().join("") === [...b].sort().join("");
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s._'’()-]+/g, "");
}

/** Whether a name fits a pattern in which `*` stands for anything. */
export function fitsPattern(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.?+^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

/** Tries in one search; each is a read of some milliseconds. */
const mostTries = 500;

/** The same read with some texts replaced, as a text that tells whether it comes out the same. */
type Play = (replacements: ReadonlyMap<string, string>) => Promise<string>;

/**
 * Stand-ins for all of the texts without which the read comes out the same, and for the words that can be spared in
 * the sentences that are needed. Halves what is left until the needed ones are found; when that takes too long, the
 * rest is replaced, needed or not.
 */
export async function findSpare(texts: readonly string[], play: Play): Promise<ReadonlyMap<string, string>> {
  const wanted = await play(new Map());
  let spare = new Map<string, string>();
  let tries = 0;

  /** Replaces as many of the items as can go; `with` puts the stand-ins of some in place. */
  async function search<Item>(
    items: readonly Item[],
    replaced: (spare: ReadonlyMap<string, string>, items: readonly Item[]) => Map<string, string>,
  ): Promise<void> {
    if (items.length === 0) return;
    const next = replaced(spare, items);
    if (++tries > mostTries || (await play(next)) === wanted) {
      spare = next;
      return;
    }
    if (items.length === 1) return;
    const half = Math.ceil(items.length / 2);
    await search(items.slice(0, half), replaced);
    await search(items.slice(half), replaced);
  }

  const number = new Map(texts.map((text, index) => [text, index + 1]));
  await search(texts, (spare, some) => {
    return new Map([...spare, ...some.map((text) => [text, `text ${number.get(text)}`] as const)]);
  });
  for (const text of texts.filter((text) => !spare.has(text))) {
    // Words and what stands between them, in turn.
    const parts = text.split(/(\s+)/);
    const words = parts.flatMap((_, index) => (index % 2 === 0 ? [index] : []));
    if (words.length < 3) continue;
    await search(words, (spare, some) => {
      const current = (spare.get(text) ?? text).split(/(\s+)/);
      return new Map(spare).set(text, current.map((part, at) => (some.includes(at) ? "…" : part)).join(""));
    });
  }
  return spare;
}

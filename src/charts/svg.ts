/** Attributes of an element; undefined ones are left out. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; `content` is markup already. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? short(value) : escaped(value ?? "")}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A line of text. */
export function text(at: { x: number; y: number }, words: string, attributes: Attributes = {}): string {
  return element("text", { ...at, ...attributes }, escaped(words));
}

/** A path through points; `moves` begin anew without a line. */
export function path(points: readonly { x: number; y: number }[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${short(x)} ${short(y)}`).join("");
}

/** A number to a tenth of a pixel. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Words as markup. */
export function escaped(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** What the font has: Latin with Vietnamese, Greek, Cyrillic, and the usual punctuation. */
const foreign =
  /[^\u0020-\u007e\u00a0-\u017f\u01a0\u01a1\u01af\u01b0\u0386-\u03ce\u0400-\u045f\u0490\u0491\u1ea0-\u1ef9\u2013\u2014\u2018-\u201d\u2026\u20ac]/u;

/** The words if the font can write them, or else others that it can. */
export function writable(words: string, otherwise: string): string {
  const composed = words.normalize("NFC").trim();
  if (composed !== "" && !foreign.test(composed)) return composed;
  const plain = otherwise.normalize("NFC").replaceAll(new RegExp(foreign, "gu"), "").trim();
  return plain === "" ? "?" : plain;
}

/** At most so many characters; what is cut is marked. */
export function clipped(words: string, most: number): string {
  const characters = [...words];
  return characters.length <= most
    ? words
    : `${characters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`;
}

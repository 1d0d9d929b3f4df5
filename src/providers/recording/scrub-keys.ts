import type { Kind } from "./fakes.ts";

/** What the last word of a key says of the text under it. */
const meanings: [Kind, readonly string[]][] = [
  [
    "secret",
    "token secret password passwd passphrase cookie authorization signature credential jwt session apikey key hash fingerprint otp auth bearer".split(
      " ",
    ),
  ],
  ["e-mail", ["email", "mail", "upn"]],
  ["id", "id uuid guid uid sub arn ref account phone tel fax".split(" ")],
  ["IP address", ["ip", "addr"]],
  [
    "name",
    "name username login nick nickname alias user owner author creator by org organization organisation company team workspace tenant customer member person people employee manager department group project slug realm domain host hostname machine device city street address region zip postcode description note comment bio avatar".split(
      " ",
    ),
  ],
];
const kinds = new Map(meanings.flatMap(([kind, words]) => words.map((word) => [word, kind] as const)));

/** Before such a word these are things of the product, not somebody's: a model's id, a plan's name. */
const product = new Set(
  "plan model tier limit product package feature metric quota window sku level meter usage subscription membership currency unit resource type kind bucket rate error event display".split(
    " ",
  ),
);

/** What a text under this key is, as far as the key tells; `parent` is the key around it. */
export function kindUnder(key: string, parent: string): Kind | undefined {
  const words = wordsOf(key);
  const last = words.at(-1) ?? "";
  // Many tokens are a count.
  const kind = last === "tokens" ? undefined : kinds.get(singular(last));
  const before = words.length > 1 ? (words.at(-2) ?? "") : (wordsOf(parent).at(-1) ?? "");
  return product.has(singular(before)) ? undefined : kind;
}

/** Whether the keys of the object under this key may be somebody's: users, byAccount, api_keys. */
export function isListOfPeople(key: string): boolean {
  const words = wordsOf(key);
  const last = words.at(-1) ?? "";
  const isMany = words[0] === "by" || singular(last) !== last;
  return isMany && kinds.has(singular(last)) && !product.has(singular(words.at(-2) ?? ""));
}

function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

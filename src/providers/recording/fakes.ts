/** What was replaced, in the words in which it is told. */
export type Kind = "secret" | "e-mail" | "id" | "IP address" | "name" | "host" | "text";

/** Stand-ins for what must not be shown: the same value always gets the same one. */
export interface Fakes {
  of(kind: Kind, value: string): string;
  /** A number with as many digits. */
  ofNumber(value: number): number;
  /** Gives a value a stand-in of the caller's own. */
  set(kind: Kind, value: string, fake: string): void;
  /** The text with every value in it that has a stand-in already. */
  replaceKnown(text: string): string;
  /** Whether the text is nothing but a stand-in. */
  isFake(text: string): boolean;
  /** How many stand-ins of each kind the text holds. */
  countIn(text: string): ReadonlyMap<Kind, number>;
}

export function createFakes(): Fakes {
  const given = new Map<string, { kind: Kind; fake: string }>();
  const fakes = new Set<string>();
  const numbers = new Map<Kind, number>();

  function make(kind: Kind, value: string): string {
    const number = (numbers.get(kind) ?? 0) + 1;
    numbers.set(kind, number);
    return set(kind, value, shapes[kind](number, value));
  }
  function set(kind: Kind, value: string, fake: string): string {
    given.set(value, { kind, fake });
    fakes.add(fake);
    return fake;
  }

  return {
    of: (kind, value) => (fakes.has(value) ? value : (given.get(value)?.fake ?? make(kind, value))),
    ofNumber: (value) =>
      fakes.has(String(value)) ? value : Number(given.get(String(value))?.fake ?? make("id", String(value))),
    set,
    replaceKnown(text) {
      if (fakes.has(text)) return text;
      const whole = given.get(text);
      if (whole !== undefined) return whole.fake;
      // Longest first: a value may begin with another one.
      const patterns = [...given]
        .filter(([value]) => text.includes(value))
        .sort(([a], [b]) => b.length - a.length)
        .flatMap(([value, { kind }]) => patternOf(value, kind) ?? []);
      if (patterns.length === 0) return text;
      return text.replace(new RegExp(patterns.join("|"), "g"), (value) => given.get(value)?.fake ?? value);
    },
    isFake: (text) => fakes.has(text),
    countIn(text) {
      const counts = new Map<Kind, number>();
      for (const { kind, fake } of given.values()) {
        if (text.includes(fake)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
      return counts;
    },
  };
}

/**
 * Finds a value inside other texts: a secret anywhere, anything else where it stands for itself. Short common words may
 * be anybody's, so they are replaced only where they are the whole text.
 */
function patternOf(value: string, kind: Kind): string | undefined {
  const literal = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  if (kind === "secret" && value.length >= 6) return literal;
  const isTelling = value.length >= 8 || (value.length >= 3 && /[^a-z]/.test(value));
  return isTelling ? `(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])` : undefined;
}

const shapes: Record<Kind, (number: number, value: string) => string> = {
  secret: (number) => `fake-secret-${number}`,
  "e-mail": (number) => `person-${number}@example.com`,
  id: (number, value) => {
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) {
      return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
    }
    if (/^\d{6,}$/.test(value)) return `1${String(number).padStart(value.length - 1, "0")}`;
    return `id-${number}`;
  },
  "IP address": (number, value) => (value.includes(":") ? `2001:db8::${number}` : `192.0.2.${number % 256}`),
  name: (number) => `Name ${number}`,
  host: (number) => `host-${number}.example.com`,
  text: (number) => `text ${number}`,
};

/** What stands where a secret stood. */
export const redacted = "[redacted]";

/** Shorter texts are left alone: they would blank out ordinary words, and no real secret is that short. */
const shortestSecret = 6;

/**
 * Returns a function that replaces every occurrence of the secrets in a text, as they are and as they look inside
 * a URL or a JSON string. Secrets of fewer than 6 characters are not looked for.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue;
    forms.add(secret).add(JSON.stringify(secret).slice(1, -1));
    // A lone surrogate cannot be written into a URL.
    if (!/\p{Surrogate}/u.test(secret)) forms.add(encodeURIComponent(secret)).add(encodeURI(secret));
  }
  if (forms.size === 0) return (text) => text;
  // Longest first, so that a secret which begins with another one does not leave its tail behind.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escapeForPattern).join("|"), "g");
  return (text) => text.replace(pattern, redacted);
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

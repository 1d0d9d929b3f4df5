import { type Provider, secretEnvironment } from "../core/provider.ts";
import { isSecretCredential } from "./credentials.ts";
import { listOf, mapOf, textOf } from "./glimpse.ts";
import type { Path } from "./problems.ts";
import type { Environment } from "./references.ts";

/** Keys whose text must not be shown; addresses among them, as a key or a password may stand in them. */
const secretKeys = ["token", "appToken", "signingSecret", "secret", "webhook", "url", "key"];

/** A text that must never be shown, and where it is written. */
export interface FoundSecret {
  path: Path;
  text: string;
}

/** Every secret in the settings, also in those that have problems. */
export function findSecrets(settings: unknown, providers: readonly Provider[]): FoundSecret[] {
  return [
    ...listOf(mapOf(settings).accounts).flatMap((account, index) => {
      const { credentials, provider: id } = mapOf(account);
      const provider = providers.find((candidate) => candidate.id === textOf(id));
      return Object.entries(mapOf(credentials)).flatMap(([key, value]): FoundSecret[] => {
        if (typeof value !== "string" || !isSecretCredential(key, provider)) return [];
        return [{ path: ["accounts", index, "credentials", key], text: value }];
      });
    }),
    ...underSecretKeys(settings, []),
  ];
}

function underSecretKeys(value: unknown, path: Path): FoundSecret[] {
  if (typeof value === "string") {
    const key = path.at(-1);
    return typeof key === "string" && secretKeys.includes(key) ? [{ path, text: value }] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => underSecretKeys(item, [...path, index]));
  return Object.entries(mapOf(value)).flatMap(([key, item]) => underSecretKeys(item, [...path, key]));
}

/** What stands in the environment variables that providers take secrets from. */
export function environmentSecrets(
  environment: Environment,
  providers: readonly Provider[],
): readonly string[] {
  return providers.flatMap((provider) =>
    Object.values(provider.settings.shape).flatMap(
      (setting) => environment[secretEnvironment(setting) ?? ""] ?? [],
    ),
  );
}

/**
 * The texts to keep out of every line: the secrets as written and trimmed, and what stands inside addresses: passwords
 * and tokens.
 */
export function secretTexts(secrets: readonly string[]): readonly string[] {
  const texts = secrets.flatMap((secret) => [
    secret,
    secret.trim(),
    ...passwordsIn(secret),
    ...tokensIn(secret),
  ]);
  return [...new Set(texts)].filter((text) => text !== "");
}

function passwordsIn(text: string): readonly string[] {
  if (!URL.canParse(text)) return [];
  const { password } = new URL(text);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** Shorter parts of a web address are words. */
const shortestToken = 16;

/** The parts of a web address that may be tokens, as chat platforms put them into the addresses of their webhooks. */
function tokensIn(text: string): readonly string[] {
  if (!/^\s*https?:/i.test(text) || !URL.canParse(text)) return [];
  const { pathname, searchParams } = new URL(text);
  return [...pathname.split("/"), ...searchParams.values()].filter(({ length }) => length >= shortestToken);
}

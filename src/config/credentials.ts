import { type Provider, secretEnvironment } from "../core/provider.ts";
import { mapOf } from "./glimpse.ts";
import { parseAs } from "./issues.ts";
import { type Path, type Problem, unknownKey } from "./problems.ts";

/** Keys of a credential that the provider's sign-in understands beside its settings. */
const signInKeys = ["file", "refreshToken", "clientId", "clientSecret"];
/** Those of all keys that may be shown. */
const openSignInKeys = ["file", "clientId"];

/** Whether the value of this key must not be shown; when in doubt it must not. */
export function isSecretCredential(key: string, provider: Provider | undefined): boolean {
  if (openSignInKeys.includes(key)) return false;
  const shape = provider?.settings.shape ?? {};
  return !Object.hasOwn(shape, key) || secretEnvironment(shape[key]) !== undefined;
}

/**
 * What an account's credentials must be to its provider: known keys, one way in at the most, nothing missing.
 * None at all is fine: then the provider's usual file or environment variable is looked at when it is read.
 */
export function checkCredentials(credentials: unknown, path: Path, provider: Provider): Problem[] {
  const given = mapOf(credentials);
  const keys = Object.keys(given).filter((key) => given[key] !== undefined);
  const shape = provider.settings.shape;
  const known = [...Object.keys(shape), ...(provider.signIn === undefined ? [] : signInKeys)];
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  const secretKeys = Object.keys(shape).filter((key) => isSecretCredential(key, provider));
  return [
    ...unknown.map((key) => unknownKey(path, key, known)),
    ...known
      .filter((key) => Object.hasOwn(given, key) && given[key] === undefined)
      .map((key) => ({ path: [...path, key], message: "missing" })),
    ...(provider.signIn === undefined ? [] : checkWayIn(keys, path, secretKeys)),
    ...(credentials === undefined ? [] : checkSettings(given, keys, path, provider)),
  ];
}

function checkWayIn(keys: readonly string[], path: Path, secretKeys: readonly string[]): Problem[] {
  const ways = [...secretKeys, "file", "refreshToken"].filter((key) => keys.includes(key));
  const problems: Problem[] = [];
  if (ways.length > 1) {
    problems.push({
      path,
      message: `keep one of ${ways.map((way) => `\`${way}\``).join(", ")}: each is a way in by itself`,
    });
  }
  if (keys.includes("refreshToken") && !keys.includes("clientId")) {
    problems.push({ path, message: "`refreshToken` needs the `clientId` that it was issued to" });
  }
  for (const key of ["clientId", "clientSecret"]) {
    if (keys.includes(key) && !keys.includes("refreshToken")) {
      problems.push({ path: [...path, key], message: "only goes together with `refreshToken`" });
    }
  }
  return problems;
}

/** Asks the provider's own schema, apart from what may still come from a file or the environment. */
function checkSettings(
  given: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  path: Path,
  provider: Provider,
): readonly Problem[] {
  const { shape } = provider.settings;
  const ownKeys = keys.filter((key) => Object.hasOwn(shape, key));
  // What is not text has been told already, and not every schema stands it.
  if (ownKeys.some((key) => typeof given[key] !== "string")) return [];
  const settings = Object.fromEntries(ownKeys.map((key) => [key, given[key]]));
  const signedIn = provider.signIn !== undefined && !ownKeys.some((key) => isSecretCredential(key, provider));
  return parseAs(provider.settings, settings, path).problems.filter((problem) => {
    const key = problem.path[path.length];
    if (typeof key !== "string" || ownKeys.includes(key)) return true;
    return !signedIn && !isSecretCredential(key, provider);
  });
}

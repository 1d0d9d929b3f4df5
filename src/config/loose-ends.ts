import { unassigned } from "../core/domain/usage.ts";
import { fitsPattern } from "../core/matching.ts";
import { consentNeeded, type Provider } from "../core/provider.ts";
import { isPushed } from "./accounts.ts";
import { listOf, mapOf, textOf, textsOf } from "./glimpse.ts";
import { type Path, type Problem, quoted, suggestion } from "./problems.ts";

/**
 * Names that lead nowhere today but need not stop the bot: the ledger may know accounts and providers that are not
 * configured. Told as warnings.
 */
export function findLooseEnds(settings: unknown, providers: readonly Provider[]): Problem[] {
  const whole = mapOf(settings);
  const accounts = listOf(whole.accounts).flatMap((account) => textOf(mapOf(account).id) ?? []);
  const accountIds = new Set(accounts);
  const providerIds = providers.map((provider) => provider.id);
  const combos = mapOf(whole.combos);
  const keys = listOf(mapOf(whole.http).keys).flatMap((key) => textOf(mapOf(key).name) ?? []);

  function unknownAccount(path: Path, name: string): Problem[] {
    if (accountIds.has(name)) return [];
    return [{ path, message: `no account is called ${quoted(name)}${nearOf(name, accounts)}` }];
  }
  function unknownProvider(path: Path, name: string | undefined): Problem[] {
    if (name === undefined || providerIds.includes(name)) return [];
    return [{ path, message: `no provider is called ${quoted(name)}${nearOf(name, providerIds)}` }];
  }

  return [
    ...listOf(whole.accounts).flatMap((account, index) =>
      withoutConsent(mapOf(account), ["accounts", index], providers),
    ),
    ...listOf(whole.alerts).flatMap((rule, index) =>
      textsOf(mapOf(rule).accounts).flatMap((glob) =>
        glob === undefined || glob === "*" || accounts.some((id) => fitsPattern(glob, id))
          ? []
          : [{ path: ["alerts", index, "accounts"], message: `no account matches ${quoted(glob)}` }],
      ),
    ),
    ...Object.entries(combos).flatMap(([combo, members]) =>
      listOf(members).flatMap((member, index) => {
        const [name] = textOf(member)?.split("/") ?? [];
        if (name === undefined || Object.hasOwn(combos, name)) return [];
        return unknownAccount(["combos", combo, index], name);
      }),
    ),
    ...listOf(whole.accounts).flatMap((account, index) =>
      textsOf(mapOf(mapOf(account).usage).keys).flatMap((glob) =>
        glob === undefined || keys.some((name) => fitsPattern(glob.toLowerCase(), name))
          ? []
          : [
              {
                path: ["accounts", index, "usage", "keys"],
                message: `no key of \`http\` matches ${quoted(glob)}${nearOf(glob, keys)}`,
              },
            ],
      ),
    ),
    ...Object.keys(mapOf(whole.billing)).flatMap((name) =>
      name === unassigned ? [] : unknownAccount(["billing", name], name),
    ),
    ...listOf(whole.prices).flatMap((price, index) =>
      unknownProvider(["prices", index, "provider"], textOf(mapOf(price).provider)),
    ),
    ...Object.keys(mapOf(mapOf(whole.agents).maxConcurrent)).flatMap((name) =>
      unknownProvider(["agents", "maxConcurrent", name], name),
    ),
    ...Object.keys(mapOf(mapOf(whole.agents).maxConcurrentPerAccount)).flatMap((name) =>
      unknownAccount(["agents", "maxConcurrentPerAccount", name], name),
    ),
  ];
}

/** An account whose vendor publishes no API for this stays unread until somebody accepts that. */
function withoutConsent(
  account: Readonly<Record<string, unknown>>,
  path: Path,
  providers: readonly Provider[],
): Problem[] {
  const provider = providers.find(({ id }) => id === account.provider);
  const accepted = account.acceptUnofficial === true || account.acceptUnofficial === "true";
  if (provider === undefined || provider.official || accepted || isPushed(account)) return [];
  return [{ path: [...path, "acceptUnofficial"], message: `is not read: ${consentNeeded(provider)}` }];
}

/** Only a near name is worth a hint here, not all of them. */
function nearOf(name: string, known: readonly string[]): string {
  const hint = suggestion(name, known);
  return hint.startsWith("; did") ? hint : "";
}

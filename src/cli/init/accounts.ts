import { unassigned } from "../../core/domain/usage.ts";
import type { Provider } from "../../core/provider.ts";
import { askNeeds } from "./account-settings.ts";
import type { AccountAnswer } from "./answers.ts";
import type { Ask } from "./ask.ts";
import { type Find, needsNothing, secretsOf } from "./find.ts";
import { names, whatUnofficialMeans } from "./texts.ts";
import { faultOfSecret, reference, type Variables } from "./variables.ts";

type Nameless = Omit<AccountAnswer, "id" | "off">;

/** Asks which accounts to watch: of those found on this machine, and of others by their keys. */
export async function askAccounts(
  ask: Ask,
  finds: readonly Find[],
  providers: readonly Provider[],
  variables: Variables,
): Promise<readonly AccountAnswer[]> {
  for (const { provider, where, problem } of finds) {
    if (problem !== undefined) ask.say(`${provider.name}: ${where} is of no use. ${problem}`);
  }
  const useful = finds.filter(({ problem }) => problem === undefined);
  const unofficial = useful.map(({ provider }) => provider).filter(({ official }) => !official);
  if (unofficial.length > 0) ask.say(whatUnofficialMeans(unofficial));
  const accounts: Nameless[] = [];
  for (const { provider, where, credentials, complete } of await askFinds(ask, useful)) {
    const told = complete ? { credentials } : await askNeeds(ask, provider, credentials);
    accounts.push({ provider, where, ...told });
  }
  while (await ask.confirm(addQuestion(accounts, useful))) {
    accounts.push(await askByKey(ask, providers, variables));
  }
  return askConsent(ask, await askIds(ask, accounts));
}

async function askFinds(ask: Ask, finds: readonly Find[]): Promise<readonly Find[]> {
  if (finds.length === 0) {
    ask.say(
      "No sign-ins or keys found here. Tools such as Claude Code and Codex are found once you sign in with them on this machine.",
    );
    return [];
  }
  const choices = finds.map(({ provider, where }, index) => ({
    value: String(index),
    label: `${provider.name} · ${where}${provider.official ? "" : " · unofficial"}`,
  }));
  const wanted = finds.filter(
    (find) => find.provider.official && finds.find(({ provider }) => provider === find.provider) === find,
  );
  const picked = await ask.pick({
    message: "Which of these shall it watch? (space marks)",
    choices,
    picked: wanted.map((find) => String(finds.indexOf(find))),
  });
  return finds.filter((_, index) => picked.includes(String(index)));
}

function addQuestion(accounts: readonly Nameless[], finds: readonly Find[]) {
  const none = accounts.length === 0 && finds.length === 0;
  return {
    message: accounts.length > 0 ? "Add another account, by its key?" : "Add an account by its key?",
    usual: none,
  };
}

/** An account of a provider that takes a key; those with a sign-in of their own are found, not typed. */
async function askByKey(ask: Ask, providers: readonly Provider[], variables: Variables): Promise<Nameless> {
  const byKey = providers.filter((one) => one.signIn === undefined && !needsNothing(one));
  const id = await ask.search({
    message: "Whose account? (type to search)",
    choices: byKey.map(({ id: value, name, official }) => ({
      value,
      label: `${name}${official ? "" : " · unofficial"}`,
    })),
  });
  const provider = byKey.find((one) => one.id === id);
  // Nothing fitted what was typed.
  if (provider === undefined) return askByKey(ask, providers, variables);
  const credentials: Record<string, string> = {};
  for (const { name, variable, optional } of secretsOf(provider)) {
    const empty = optional ? "; empty: none" : "";
    const value = await ask.secret({
      message: `${provider.name}: ${name} (which one: docs/providers/${provider.id}.md${empty})`,
      check: (written) =>
        written !== "" ? faultOfSecret(written) : optional ? undefined : "This is needed.",
    });
    if (value !== "") credentials[name] = reference(variables.keep(variable, value));
  }
  return { provider, ...(await askNeeds(ask, provider, credentials)) };
}

async function askIds(ask: Ask, accounts: readonly Nameless[]): Promise<AccountAnswer[]> {
  const ids = suggestIds(accounts.map(({ provider }) => provider.id));
  if (accounts.length === 0) return [];
  const question = accounts.length === 1 ? "Call it" : "Call them";
  if (!(await ask.confirm({ message: `${question} ${names(ids)}?`, usual: true }))) {
    for (const [index, { provider, where }] of accounts.entries()) {
      const before = ids.slice(0, index);
      ids[index] = await ask.text({
        message: `Name of ${provider.name}${where === undefined ? "" : ` (${where})`}`,
        usual: ids[index],
        check: (id) => faultOfId(id, before),
      });
    }
  }
  return accounts.map((account, index) => ({ ...account, id: ids[index] ?? "" }));
}

/** The wanted ids, numbered where one comes twice. */
export function suggestIds(wanted: readonly string[]): string[] {
  const ids: string[] = [];
  for (const id of wanted) {
    const numbered = [id, ...wanted.map((_, index) => `${id}-${index + 2}`)];
    ids.push(numbered.find((candidate) => !ids.includes(candidate)) ?? id);
  }
  return ids;
}

function faultOfId(id: string, taken: readonly string[]): string | undefined {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id))
    return "Small letters, digits and . _ - only, such as claude-lan.";
  if (id === unassigned) return "This name has a meaning of its own.";
  return taken.includes(id) ? "Another account has this name." : undefined;
}

async function askConsent(ask: Ask, accounts: readonly AccountAnswer[]): Promise<readonly AccountAnswer[]> {
  const unofficial = accounts.filter(({ provider }) => !provider.official);
  if (unofficial.length === 0) return accounts;
  const accepted = await ask.confirm({
    message: `Read ${names(unofficial.map(({ id }) => id))} though unofficial? (writes acceptUnofficial: true)`,
    usual: false,
  });
  if (accepted) return accounts;
  return accounts.map((account) => (account.provider.official ? account : { ...account, off: "unofficial" }));
}

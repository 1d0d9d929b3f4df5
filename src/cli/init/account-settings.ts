import type { z } from "zod";
import { type Provider, secretEnvironment } from "../../core/provider.ts";
import type { Ask } from "./ask.ts";
import { isOptional } from "./find.ts";
import { required, webAddress } from "./shapes.ts";

/** What a provider needs to know beside its secrets: a team's id, say, or whose bill it is. */
export type Need =
  | { kind: "field"; name: string }
  | { kind: "one of"; names: readonly string[] }
  | { kind: "address" };

/** What is still missing from credentials with these keys. */
export function needsOf(provider: Provider, given: Readonly<Record<string, string>>): readonly Need[] {
  const open = Object.entries(provider.settings.shape as Record<string, z.ZodType>).filter(
    ([name, schema]) => secretEnvironment(schema) === undefined && given[name] === undefined,
  );
  const fields = open.filter(([, schema]) => !isOptional(schema)).map(([name]) => name);
  const filled = { ...given, ...Object.fromEntries(fields.map((name) => [name, "x"])) };
  const choices = open.map(([name]) => name).filter((name) => !fields.includes(name));
  const lacksChoice = choices.length > 0 && !provider.settings.safeParse(filled).success;
  const { selfHosted } = provider;
  return [
    ...fields.map((name): Need => ({ kind: "field", name })),
    ...(lacksChoice ? [{ kind: "one of", names: choices } as const] : []),
    ...(selfHosted !== undefined && selfHosted.usualUrl === undefined ? [{ kind: "address" } as const] : []),
  ];
}

/** Asks for what is missing, and tells the whole. */
export async function askNeeds(ask: Ask, provider: Provider, given: Readonly<Record<string, string>>) {
  const credentials = { ...given };
  let baseUrl: string | undefined;
  for (const need of needsOf(provider, given)) {
    if (need.kind === "address") {
      baseUrl = await ask.text({ message: `${provider.name}: address of your server`, check: webAddress });
      continue;
    }
    const name =
      need.kind === "field"
        ? need.name
        : await ask.choose({
            message: `${provider.name}: whose account is it?`,
            choices: need.names.map((value) => ({ value, label: value })),
          });
    const page = `docs/providers/${provider.id}.md`;
    credentials[name] = await ask.text({ message: `${provider.name}: ${name} (${page})`, check: required });
  }
  return { credentials, baseUrl };
}

/** The same with something in its place that has to be replaced by hand. */
export function fillNeeds(provider: Provider, given: Readonly<Record<string, string>>) {
  const credentials = { ...given };
  let baseUrl: string | undefined;
  for (const need of needsOf(provider, given)) {
    if (need.kind === "address") baseUrl = "https://your.host";
    else {
      const name = need.kind === "field" ? need.name : (need.names[0] ?? "");
      credentials[name] = `your-${name}`;
    }
  }
  return { credentials, baseUrl };
}

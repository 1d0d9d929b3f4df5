import { readFile, stat } from "node:fs/promises";
import type { z } from "zod";
import { isAppError } from "../../core/errors.ts";
import { type Provider, secretEnvironment } from "../../core/provider.ts";
import type { Setup } from "./setup.ts";
import { reference, type Variables } from "./variables.ts";

/** A way into an account that is on this machine. */
export interface Find {
  provider: Provider;
  /** As people would say it: "~/.claude/.credentials.json", "ZAI_API_KEY in .env". */
  where: string;
  /** What stands under `credentials` of an account that uses it. */
  credentials: Readonly<Record<string, string>>;
  /** Set for a file: the program that it belongs to tells everything else there is to know. */
  complete: boolean;
  /** Why it is of no use. */
  problem?: string | undefined;
}

/** Looks at the usual files of all providers and at the variables they name. Nothing is sent, and no secret is kept. */
export async function findAccounts(setup: Setup, variables: Variables): Promise<readonly Find[]> {
  const finds = await Promise.all(
    setup.providers.map(async (provider) => [
      ...findVariables(provider, variables),
      ...(await findFiles(provider, setup)),
    ]),
  );
  return finds.flat();
}

function findVariables(provider: Provider, variables: Variables): Find[] {
  if (needsNothing(provider)) return [];
  const secrets = secretsOf(provider);
  const set = secrets.filter(({ variable }) => variables.valueOf(variable) !== undefined);
  if (set.length === 0 || secrets.some((one) => !one.optional && !set.includes(one))) return [];
  return [
    {
      provider,
      where: set.map(({ variable }) => `${variable} in ${variables.homeOf(variable)}`).join(", "),
      credentials: Object.fromEntries(set.map(({ name, variable }) => [name, reference(variable)])),
      complete: false,
    },
  ];
}

async function findFiles(provider: Provider, setup: Setup): Promise<Find[]> {
  const finds: Find[] = [];
  const seen = new Set<string>();
  for (const place of provider.signIn?.files ?? []) {
    const path = setup.placeOf(place);
    if (path === undefined || seen.has(path) || !(await isFile(path))) continue;
    seen.add(path);
    // The variable may be another one where the bot runs.
    const where = path.startsWith(`${setup.home}/`) ? `~${path.slice(setup.home.length)}` : path;
    const problem = await faultOf(path, provider);
    finds.push({ provider, where, credentials: { file: where }, complete: true, problem });
  }
  // Where the bot would look itself, the first file that is of use wins.
  const useful = finds.filter(({ problem }) => problem === undefined);
  return useful.length > 0 ? useful.slice(0, 1) : finds.slice(0, 1);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (about) => about.isFile(),
    () => false,
  );
}

async function faultOf(path: string, provider: Provider): Promise<string | undefined> {
  let document: unknown;
  try {
    document = JSON.parse((await readFile(path, "utf8")).replace(/^\uFEFF/, ""));
  } catch (error) {
    return error instanceof SyntaxError ? "This file is not JSON." : "This file cannot be read.";
  }
  try {
    provider.signIn?.fromFile(document);
    return undefined;
  } catch (error) {
    return isAppError(error) ? error.message : "This file is not the one that its program writes.";
  }
}

/** The settings of a provider that must not be shown. */
export function secretsOf(
  provider: Provider,
): readonly { name: string; variable: string; optional: boolean }[] {
  return Object.entries(provider.settings.shape as Record<string, z.ZodType>).flatMap(([name, schema]) => {
    const variable = secretEnvironment(schema);
    return variable === undefined ? [] : [{ name, variable, optional: isOptional(schema) }];
  });
}

/** Whether there is nothing to say to it, and nowhere: a service that has ended. */
export function needsNothing(provider: Provider): boolean {
  return provider.selfHosted === undefined && provider.settings.safeParse({}).success;
}

export function isOptional(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

import { dirname } from "node:path";
import type { z } from "zod";
import { resolveAccount } from "./config/accounts.ts";
import { checkSettings } from "./config/checks.ts";
import { isFile, readText, resolvePath } from "./config/files.ts";
import { findFile, readVariables } from "./config/find.ts";
import { resolveAlerts } from "./config/hooks.ts";
import { parseAs } from "./config/issues.ts";
import { findLooseEnds } from "./config/loose-ends.ts";
import { pathText } from "./config/problems.ts";
import { resolveQuietHours } from "./config/quiet-hours.ts";
import { type Environment, expandSettings } from "./config/references.ts";
import { schema } from "./config/schema.ts";
import { environmentSecrets, findSecrets, secretTexts } from "./config/secrets.ts";
import { parseSettings, type Settings } from "./config/yaml.ts";
import type { Account } from "./core/domain/account.ts";
import { AppError } from "./core/errors.ts";
import type { Provider } from "./core/provider.ts";
import type { AlertRule } from "./core/services/alert-rules.ts";
import type { QuietRule } from "./core/services/quiet.ts";
import { createRedactor } from "./redact.ts";

/**
 * quotabot.yml, complete: references replaced, defaults filled in, durations in milliseconds, money in US dollars,
 * `dataDir` absolute.
 */
export interface Config extends Omit<z.output<typeof schema>, "accounts" | "alerts" | "quietHours"> {
  /** The file all this comes from; absolute. */
  file: string;
  /** IANA name of the team's time zone. */
  timezone: string;
  accounts: readonly Account[];
  /** Those that are written, and after them those that named channels ask for by their `events`. */
  alerts: readonly AlertRule[];
  quietHours: readonly QuietRule[];
  /** Variables that credentials may be taken from: the process's own, then those of `.env` beside the file. */
  environment: Environment;
  /** Texts that must never be shown or logged. */
  secrets: readonly string[];
  /** What looks wrong but does not keep the bot from running, one line each. */
  warnings: readonly string[];
}

export interface ConfigOptions {
  /** Named on the command line. */
  path?: string | undefined;
  /** The process's environment variables. */
  environment: Environment;
  cwd: string;
  home: string;
  providers: readonly Provider[];
}

/**
 * Reads the configuration: the named file, else the one that QUOTABOT_CONFIG names, else quotabot.yml or
 * quotabot.yaml in the current folder. Undefined when none is named and none is there. Throws config_invalid with
 * every problem at once in `details.problems`, each with file, line, column and path, none with a secret.
 */
export async function loadConfig(options: ConfigOptions): Promise<Config | undefined> {
  const found = await findFile(options);
  if (found === undefined) return undefined;
  const { name, path, content } = found;
  if ("problem" in content) throw invalid(name, [`${name}: ${content.problem}`]);
  const { providers, home } = options;
  const from = { folder: dirname(path), home };

  const beside = await readVariables(path);
  const environment = { ...beside.variables, ...options.environment };
  const written = parseSettings(content.text);
  if (!written.isYaml) throw invalid(name, toLines(name, written, written.problems));
  const expanded = await expandSettings(written.value ?? {}, { ...from, environment, readText });

  const inFile = findSecrets(expanded.value, providers).filter((secret) => !expanded.isBroken(secret.path));
  const secrets = secretTexts([
    ...inFile.map(({ text }) => text),
    ...environmentSecrets(environment, providers),
  ]);
  const redact = createRedactor(secrets);

  const { value, problems } = parseAs(schema, expanded.value);
  const faults = [...problems, ...checkSettings(expanded.value, providers)];
  const lines = toLines(name, written, [
    ...written.problems,
    ...expanded.problems,
    ...faults.filter((fault) => !expanded.isBroken(fault.path)),
  ]);
  if (beside.problem !== undefined) lines.unshift(beside.problem);
  if (value !== undefined && (await isFile(resolvePath(value.dataDir, from)))) {
    const problem = { path: ["dataDir"], message: "is a file; name a folder, which is made when missing" };
    lines.push(...toLines(name, written, [problem]));
  }
  if (value === undefined || lines.length > 0) throw invalid(name, lines.map(redact));

  const warnings = toLines(name, written, findLooseEnds(expanded.value, providers)).map(redact);
  if (content.readableByOthers && inFile.some((secret) => !expanded.isReferred(secret.path))) {
    warnings.unshift(
      `${name} holds secrets and can be read by other users of this machine: run chmod 600 ${name}`,
    );
  }
  const timezone = value.timezone ?? systemZone();
  return {
    ...value,
    file: path,
    timezone,
    dataDir: resolvePath(value.dataDir, from),
    accounts: value.accounts.map((account) => resolveAccount(account, providers, from)),
    alerts: resolveAlerts(value.alerts, value.channels),
    quietHours: resolveQuietHours(value.quietHours, timezone),
    environment,
    secrets,
    warnings,
  };
}

/** One line per problem, in the order of the file, each once. */
function toLines(name: string, settings: Settings, problems: Settings["problems"]): string[] {
  const placed = problems.map((problem) => {
    const position = problem.position ?? settings.position(problem.path);
    const path = pathText(problem.path);
    const other = problem.other === undefined ? "" : ` (line ${settings.position(problem.other).line})`;
    const words = `${path === "" ? "" : `${path}: `}${problem.message}${other}`;
    return { ...position, text: `${name}:${position.line}:${position.column} ${words}` };
  });
  placed.sort((a, b) => a.line - b.line || a.column - b.column);
  return [...new Set(placed.map(({ text }) => text))];
}

function invalid(name: string, problems: readonly string[]): AppError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new AppError("config_invalid", `${name} has ${count}`, { problems });
}

function systemZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

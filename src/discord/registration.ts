import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  type APIApplicationCommandStringOption,
  type APIApplicationCommandSubcommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from "discord.js";
import type { Command, Parameter } from "../core/commands/command.ts";
import { dimensions } from "../core/domain/usage.ts";
import { AppError, isAppError } from "../core/errors.ts";
import type { Log, Settings } from "../core/ports.ts";
import type { Api } from "./api.ts";
import { clip, oneLine } from "./markdown.ts";

/**
 * The one command of the application. Its subcommands come from the specs, because a Discord command that has
 * subcommands cannot be called bare: `/quota` is `/quota list` here.
 */
export function commandJson(
  specs: readonly Command[],
  guild?: string | undefined,
): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const places = {
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  };
  return {
    type: ApplicationCommandType.ChatInput,
    name: "quota",
    description: "What is left on the AI accounts the team shares",
    options: specs.slice(0, 25).map(subcommand),
    // A guild's own command is in that guild, and nowhere else to choose.
    ...(guild === undefined ? places : {}),
  };
}

function subcommand(spec: Command): APIApplicationCommandSubcommandOption {
  const required = spec.parameters.filter((parameter) => parameter.required);
  const optional = spec.parameters.filter((parameter) => !parameter.required);
  return {
    type: ApplicationCommandOptionType.Subcommand,
    name: spec.name,
    description: description(spec.summary, spec.name),
    // Discord wants the required ones first.
    options: [...required, ...optional].slice(0, 25).map(option),
  };
}

function option(parameter: Parameter): APIApplicationCommandStringOption {
  const known = choicesOf(parameter);
  return {
    type: ApplicationCommandOptionType.String,
    name: parameter.name,
    description: description(parameter.summary, parameter.name),
    required: parameter.required,
    // What there is to choose from for good is a list; the rest is completed as people type.
    ...(known === undefined
      ? { autocomplete: true }
      : { choices: known.map((word) => ({ name: word, value: word })) }),
  };
}

function choicesOf(parameter: Parameter): readonly string[] | undefined {
  if (parameter.kind === "dimension") return dimensions;
  return parameter.kind === "word" ? parameter.choices : undefined;
}

function description(summary: string, name: string): string {
  return clip(oneLine(summary), 100) || name;
}

export interface RegisterOptions {
  api: Api;
  settings: Pick<Settings, "get" | "set">;
  log: Log;
  application: string;
  guild?: string | undefined;
  specs: readonly Command[];
  signal: AbortSignal;
}

/**
 * Makes Discord know the commands: one PUT, and none when it knows them already. Tries until Discord takes or refuses
 * them, or the signal ends it. Never throws: answers do not depend on it.
 */
export async function register(options: RegisterOptions): Promise<void> {
  const { api, settings, log, application, guild, signal } = options;
  const commands = [commandJson(options.specs, guild)];
  const hash = createHash("sha256").update(JSON.stringify(commands)).digest("hex");
  const key = `discord.commands.${application}.${guild ?? "global"}`;
  try {
    if ((await settings.get(key)) === hash) return;
    for (let tries = 0; !signal.aborted; tries++) {
      const failure = await attempt(() => api.register(application, guild, commands));
      if (failure === undefined) {
        await settings.set(key, hash);
        log.info({ guild: guild ?? "all" }, "Commands registered with Discord");
        return;
      }
      if (!failure.retryable) {
        log.error(
          { code: failure.code },
          `Commands not registered. ${failure.message} ${invite(application, guild)}`,
        );
        return;
      }
      const level = tries < 3 ? "debug" : "warn";
      log[level]({ code: failure.code }, `Commands not registered yet, trying again. ${failure.message}`);
      const wait = Math.min(60_000, 1000 * 2 ** tries) * (0.5 + Math.random() / 2);
      await pause(Math.max(wait, failure.details.retryAfter ?? 0), undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) return;
    log.error({ code: isAppError(error) ? error.code : "unknown" }, "Commands not registered with Discord");
  }
}

async function attempt(call: () => Promise<void>): Promise<AppError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function invite(application: string, guild: string | undefined): string {
  const query = new URLSearchParams({ client_id: application, scope: "bot applications.commands" });
  if (guild !== undefined) query.set("guild_id", guild);
  return `Invite the bot with https://discord.com/oauth2/authorize?${query} and check discord.guild, then restart.`;
}

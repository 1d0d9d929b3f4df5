import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageComponentInteraction,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
} from "discord.js";
import type { Asker, Commands } from "../core/commands/command.ts";
import { isAppError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { Api } from "./api.ts";
import { callOf, isButton, isSlash } from "./call.ts";
import { type Conversation, createConversation } from "./conversation.ts";
import { clip, oneLine } from "./markdown.ts";

export interface InteractionsOptions {
  api: Api;
  commands: Commands;
  isAdmin(user: string, roles: readonly string[]): boolean;
  clock: Clock;
  log: Log;
}

/**
 * What people do with the bot: the slash command, its completions, the buttons under its answers. Takes interactions
 * as Discord sends them over the gateway, each id once, and never throws.
 */
export function createInteractions({ api, commands, isAdmin, clock, log }: InteractionsOptions) {
  const running = new Set<Promise<void>>();
  const seen = new Set<string>();

  return {
    handle(interaction: APIInteraction): void {
      // After a RESUME the gateway may replay what we have had.
      if (seen.has(interaction.id)) return;
      seen.add(interaction.id);
      if (seen.size > 1000) seen.delete(seen.values().next().value ?? "");
      const work = answer(interaction).finally(() => running.delete(work));
      running.add(work);
    },
    /** Resolves when all that has begun is answered. */
    async idle(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
    },
  };

  async function answer(interaction: APIInteraction): Promise<void> {
    const conversation = createConversation(api, interaction, clock);
    try {
      if (interaction.type === InteractionType.ApplicationCommandAutocomplete) await complete(interaction);
      else if (isSlash(interaction)) await slash(interaction, conversation);
      else if (isButton(interaction)) await press(interaction, conversation);
    } catch (error) {
      await failed(error, conversation);
    }
  }

  async function failed(error: unknown, conversation: Conversation): Promise<void> {
    if (isAppError(error, "delivery_failed") || isAppError(error, "delivery_refused")) {
      log.warn({ code: error.code }, `An answer did not reach Discord. ${error.message}`);
      return;
    }
    log.error({ code: isAppError(error) ? error.code : "unknown", err: error }, "A command failed");
    await conversation
      .apologise()
      .catch(() => log.warn({}, "The person who asked could not be told that the command failed"));
  }

  async function slash(
    interaction: APIChatInputApplicationCommandInteraction,
    conversation: Conversation,
  ): Promise<void> {
    const asker = askerOf(interaction);
    const { name, words } = callOf(interaction.data.options);
    const spec = commands.specs.find((each) => each.name === name);
    const messages =
      spec === undefined
        ? commands.answer([name, ...words.values()].join(" ").trim(), asker)
        : commands.run(name, { arguments: Object.fromEntries(words), asker, refresh: false });
    await conversation.show(messages);
  }

  async function press(
    interaction: APIMessageComponentInteraction,
    conversation: Conversation,
  ): Promise<void> {
    const [, action, line = ""] = /^(refresh|share|run):(.*)$/s.exec(interaction.data.custom_id) ?? [];
    if (action === undefined) return;
    const asker = askerOf(interaction);
    // The message stays for everybody else: the answer is one of its own, to the presser alone.
    if (action === "run") return await conversation.show(commands.answer(line, asker));
    await conversation.deferUpdate();
    const user = asker.user ?? "";
    // What everybody can read must not say what only admins may.
    const everybody = { ...asker, admin: false };
    if (action === "refresh") {
      const isPrivate = ((interaction.message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
      const messages = commands.answer(line, isPrivate ? asker : everybody, { refresh: true });
      await conversation.show(messages);
      return;
    }
    await conversation.share(commands.answer(line, everybody), user);
  }

  async function complete(interaction: APIApplicationCommandAutocompleteInteraction): Promise<void> {
    const { name, focused } = callOf(interaction.data.options);
    const data = { choices: focused === undefined ? [] : choices(name, focused.name, focused.value) };
    try {
      await api.acknowledge(interaction, {
        type: InteractionResponseType.ApplicationCommandAutocompleteResult,
        data,
      });
    } catch (error) {
      // People type on: the next key asks again.
      log.debug(
        { code: isAppError(error) ? error.code : "unknown" },
        "A completion came too late for Discord",
      );
    }
  }

  function choices(name: string, parameter: string, typed: string): { name: string; value: string }[] {
    try {
      const found = new Map<string, string>();
      for (const { label, value } of commands.complete(name, parameter, typed)) {
        if (value !== "" && value.length <= 100) found.set(value, clip(oneLine(label), 100) || value);
      }
      return [...found].slice(0, 25).map(([value, label]) => ({ name: label, value }));
    } catch (error) {
      log.error({ code: isAppError(error) ? error.code : "unknown", err: error }, "A completion failed");
      return [];
    }
  }

  function askerOf(interaction: APIInteraction): Asker {
    const user = (interaction.member?.user ?? interaction.user)?.id ?? "";
    const channel = interaction.channel && `discord:${interaction.channel.id}`;
    return { surface: "discord", user, channel, admin: isAdmin(user, interaction.member?.roles ?? []) };
  }
}

import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageComponentInteraction,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ComponentType,
  InteractionType,
} from "discord.js";

/** Somebody has sent /quota. */
export function isSlash(
  interaction: APIInteraction,
): interaction is APIChatInputApplicationCommandInteraction {
  return (
    interaction.type === InteractionType.ApplicationCommand &&
    interaction.data.type === ApplicationCommandType.ChatInput
  );
}

/** Somebody has pressed a button. */
export function isButton(interaction: APIInteraction): interaction is APIMessageComponentInteraction {
  return (
    interaction.type === InteractionType.MessageComponent &&
    interaction.data.component_type === ComponentType.Button
  );
}

type Option = NonNullable<
  (
    | APIChatInputApplicationCommandInteraction
    | APIApplicationCommandAutocompleteInteraction
  )["data"]["options"]
>[number];

/** The subcommand with the words given to it, by parameter name, and the word being typed. */
export function callOf(options: readonly Option[] = []) {
  const subcommand = options.find((option) => option.type === ApplicationCommandOptionType.Subcommand);
  const words = new Map<string, string>();
  let focused: { name: string; value: string } | undefined;
  for (const option of subcommand?.options ?? []) {
    const word = { name: option.name, value: String("value" in option ? option.value : "") };
    words.set(word.name, word.value);
    if ("focused" in option && option.focused) focused = word;
  }
  return { name: subcommand?.name ?? "", words, focused };
}

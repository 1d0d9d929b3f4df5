import { SlashCommandBuilder } from "discord.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command } from "../../src/core/commands/command.ts";
import { commandJson } from "../../src/discord/registration.ts";
import { saying, stubCommands, until } from "../fakes/discord/bot.ts";
import { schemaProblems } from "../fakes/discord/schemas.ts";
import { useDiscord } from "./harness.ts";

const { discord, connect } = useDiscord();

async function* once() {
  yield saying("the answer");
}

describe("registration of the commands", () => {
  it("is one PUT, and none when nothing has changed since", async () => {
    const settings = new Map<string, unknown>();
    const first = await connect(once, { settings });
    await until(() => settings.size === 1);
    await first.stop();
    const second = await connect(once, { settings });
    const asked = discord().slash("list");
    await until(() => asked.message);
    await second.stop();
    expect(discord().registrations).toHaveLength(1);
    expect(discord().registrations[0]?.path).toBe("global");

    const changed = stubCommands(once).specs.slice(0, 1);
    await connect(once, { settings, commands: { specs: changed } });
    await until(() => discord().registrations.length === 2);
  });

  it("goes to the guild when one is configured", async () => {
    await connect(once, { guild: "200000000000000001" });
    await until(() => discord().registrations.length === 1);
    expect(discord().registrations[0]?.path).toBe("200000000000000001");
  });

  it.each([{ status: 500 }, { status: 429, retryAfter: 0.2 }, "lost"] as const)(
    "is tried again after %j, while people are answered",
    async (fault) => {
      discord().fault("PUT", /commands$/, fault);
      const { settings } = await connect(once);
      const asked = discord().slash("list");
      await until(() => asked.message);
      await until(() => settings.size === 1);
    },
  );

  it("says how to invite the bot when it is not in the guild, once", async () => {
    discord().refuse("200000000000000001", 403, 50001);
    const bot = await connect(once, { guild: "200000000000000001" });
    await until(() => bot.warnings()[0]);
    expect(bot.warnings()).toHaveLength(1);
    expect(bot.warnings()[0]?.message).toContain("50001");
    expect(bot.warnings()[0]?.message).toContain(
      "https://discord.com/oauth2/authorize?client_id=100000000000000001&scope=bot+applications.commands&guild_id=200000000000000001",
    );
    expect(bot.settings.size).toBe(0);
  });
});

describe("the command as Discord sees it", () => {
  const json = commandJson(stubCommands(once).specs);

  it("has a subcommand per spec and completes its words", () => {
    expect(json.options?.map((option) => option.name)).toEqual(["list", "show"]);
    expect(json.options?.[1]).toMatchObject({
      options: [{ name: "target", type: 3, required: true, autocomplete: true }],
    });
  });

  it("is what discord.js would build", () => {
    const built = new SlashCommandBuilder()
      .setName("quota")
      .setDescription(json.description)
      .addSubcommand((sub) => sub.setName("list").setDescription("About list"))
      .addSubcommand((sub) =>
        sub
          .setName("show")
          .setDescription("About show")
          .addStringOption((option) =>
            option
              .setName("target")
              .setDescription("Account or provider")
              .setRequired(true)
              .setAutocomplete(true),
          ),
      )
      .toJSON();
    expect(built.options).toMatchObject(JSON.parse(JSON.stringify(json.options)));
  });

  it("is valid for any specs", () => {
    const parameter = fc.record({
      name: fc.stringMatching(/^[a-z]{1,20}$/),
      summary: fc.string({ unit: "grapheme", maxLength: 300 }),
      required: fc.boolean(),
      kind: fc.constant("target" as const),
    });
    const spec = fc.record({
      name: fc.stringMatching(/^[a-z]{1,20}$/),
      summary: fc.string({ unit: "grapheme", maxLength: 300 }),
      parameters: fc.array(parameter, { maxLength: 4 }),
      adminsOnly: fc.boolean(),
      run: fc.constant(once as Command["run"]),
    });
    fc.assert(
      fc.property(
        fc.array(spec, { minLength: 1, maxLength: 30 }),
        fc.option(fc.constant("2"), { nil: undefined }),
        (specs, guild) => {
          expect(schemaProblems("command", JSON.parse(JSON.stringify(commandJson(specs, guild))))).toEqual(
            [],
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

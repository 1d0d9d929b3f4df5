import { describe, expect, it } from "vitest";
import { commandLineOf } from "../../src/slack/mention.ts";

describe("the command line in a mention", () => {
  it.each([
    ["<@U0BOT> show zai", "show zai"],
    ["<@U0BOT>", ""],
    ["hi <@U02ANN>, ask <@U0BOT|quotabot>  resets ", "resets"],
    ["<@U0BOT> show <mailto:lan@a.example|lan@a.example>", "show lan@a.example"],
    ["<@U0BOT> show <http://a.example>", "show http://a.example"],
    ["<@U0BOT> show a &amp;amp; &lt;b&gt;", "show a &amp; <b>"],
    ["no mention", "no mention"],
  ])("in %j is %j", (text, line) => {
    expect(commandLineOf(text, "U0BOT")).toBe(line);
  });

  it("follows the first mention when the bot does not know its own id", () => {
    expect(commandLineOf("<@U0BOT> help", undefined)).toBe("help");
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { listen } from "../src/slack/listeners.ts";

interface Manifest {
  features: { slash_commands: { command: string }[] };
  oauth_config: { scopes: { bot: string[]; bot_optional: string[] } };
  settings: { event_subscriptions: { bot_events: string[] }; interactivity: { is_enabled: boolean } };
}

const manifest: Manifest = parse(readFileSync(new URL("../manifest.yml", import.meta.url), "utf8"));

/** What the code listens to on Slack, by kind. */
function listened() {
  const names = { command: [] as string[], event: [] as string[], action: [] as string[] };
  const note = (kind: keyof typeof names) => (name: unknown) => {
    names[kind].push(String(name));
  };
  const app = { command: note("command"), event: note("event"), action: note("action") };
  const never = () => {
    throw new Error("not called while listening is set up");
  };
  listen(app as Parameters<typeof listen>[0], {
    commands: { answer: never },
    isAdmin: never,
    poster: { post: never, update: never, tokenProblem: never },
    uploads: { send: never },
    draft: never,
    log: { debug: never, info: never, warn: never, error: never },
    timings: { answerWithAck: 0, respond: 0, settle: 0 },
    stopping: new AbortController().signal,
  });
  return names;
}

/** Web API methods the code calls. */
function called(): Set<string> {
  const folder = new URL("../src/slack/", import.meta.url);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  return new Set(
    sources.flatMap((text) => [...text.matchAll(/\bclient\.(\w+\.\w+)\(/g)].map(([, name = ""]) => name)),
  );
}

/** Bot scopes that a method needs (docs.slack.dev/reference/methods, checked 2026-11-22). */
const scopesOf: Record<string, readonly string[]> = {
  "auth.test": [],
  // Alerts go to public channels that nobody invited the bot to.
  "chat.postMessage": ["chat:write", "chat:write.public"],
  "chat.update": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history", "im:history"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.open": ["im:write"],
  "files.getUploadURLExternal": ["files:write"],
  "files.completeUploadExternal": ["files:write"],
  "users.conversations": ["channels:read", "groups:read"],
};

describe("manifest.yml", () => {
  it("is valid by Slack's own schema", () => {
    const schema = JSON.parse(
      readFileSync(new URL("fixtures/slack/manifest.schema.json", import.meta.url), "utf8"),
    );
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    expect(ajv.validate(schema, manifest), JSON.stringify(ajv.errors)).toBe(true);
  });

  it("declares the commands, events and buttons that the code listens to, and no others", () => {
    const { command, event, action } = listened();
    expect(manifest.features.slash_commands.map((each) => each.command)).toEqual(command);
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(event);
    expect(manifest.settings.interactivity.is_enabled).toBe(action.length > 0);
    expect(action.toSorted()).toEqual([String(/^run:\d+$/), "refresh", "share"]);
  });

  it("asks for the scopes that the code needs, and no others", () => {
    const methods = [...called()];
    expect(methods.toSorted()).toEqual(Object.keys(scopesOf).toSorted());
    const needed = new Set([
      "commands",
      "app_mentions:read",
      ...methods.flatMap((name) => scopesOf[name] ?? []),
    ]);
    expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...needed].toSorted());
  });

  it("leaves it to whoever installs whether the bot may read, and to nobody whether it may post", () => {
    const { bot, bot_optional } = manifest.oauth_config.scopes;
    const reading = ["conversations.history", "users.conversations"].flatMap((name) => scopesOf[name] ?? []);
    expect(bot_optional.toSorted()).toEqual(reading.toSorted());
    expect(bot).toEqual(expect.arrayContaining(bot_optional));
  });
});

import { setTimeout as pause } from "node:timers/promises";
import type { Asker, Command, Commands } from "../../../src/core/commands/command.ts";
import type { Message } from "../../../src/core/domain/message.ts";
import type { Log } from "../../../src/core/ports.ts";
import { createDiscord } from "../../../src/discord/client.ts";
import type { FakeDiscord } from "./server.ts";

/** A message that says one thing, with both buttons under it. */
export function saying(text: string): Message {
  return {
    title: "Quota",
    tone: "good",
    blocks: [
      { type: "text", text },
      {
        type: "actions",
        actions: [
          { id: "refresh", label: "Refresh", command: "list" },
          { id: "share", label: "Share", command: "list" },
        ],
      },
    ],
  };
}

type Answer = (line: string, asker: Asker, refresh: boolean) => AsyncIterable<Message>;

/** Commands whose every answer is what `answer` says for the line. */
export function stubCommands(answer: Answer): Commands {
  const lineOf = (name: string, words: object) => [name, ...Object.values(words)].filter(Boolean).join(" ");
  const spec = (name: string, parameters: Command["parameters"]): Command => ({
    name,
    summary: `About ${name}`,
    parameters,
    adminsOnly: false,
    run: (call) => answer(lineOf(name, call.arguments), call.asker, call.refresh),
  });
  const target = { name: "target", summary: "Account or provider", required: true, kind: "target" as const };
  const specs = [spec("list", []), spec("show", [target])];
  return {
    specs,
    answer: (line, asker, options) => answer(line, asker, options?.refresh ?? false),
    run: (name, call) => answer(lineOf(name, call.arguments), call.asker, call.refresh),
    complete: (_name, _parameter, typed) =>
      ["claude-lan", "glm-main"].filter((id) => id.startsWith(typed)).map((id) => ({ label: id, value: id })),
  };
}

interface Line {
  level: string;
  fields: object;
  message: string;
}

/** The bot against the fake server, with what it logs and remembers. */
export function startBot(
  fake: FakeDiscord,
  answer: Answer,
  changes: {
    commands?: Partial<Commands>;
    token?: string;
    guild?: string;
    settings?: Map<string, unknown>;
  } = {},
) {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  const log: Log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const kept = changes.settings ?? new Map<string, unknown>();
  const bot = createDiscord({
    config: { token: changes.token ?? fake.token, apiUrl: fake.apiUrl, guild: changes.guild },
    commands: { ...stubCommands(answer), ...changes.commands },
    isAdmin: (user, roles) => user === "1" || roles.includes("77"),
    settings: {
      get: async (key) => kept.get(key),
      set: async (key, value) => void kept.set(key, value),
    },
    clock: { now: () => Date.now() },
    log,
  });
  return {
    ...bot,
    lines,
    settings: kept,
    warnings: () => lines.filter(({ level }) => level === "warn" || level === "error"),
  };
}

/** Waits for a value to be there. */
export async function until<T>(read: () => T | undefined | false, patience = 5000): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`Not within ${patience} ms: ${read}`);
    await pause(5);
  }
}

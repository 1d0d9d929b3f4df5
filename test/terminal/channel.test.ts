import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Asker, Commands } from "../../src/core/commands/command.ts";
import type { Message } from "../../src/core/domain/message.ts";
import { createTerminalChat } from "../../src/terminal/chat.ts";
import { createKeptLog, createManualClock } from "../fakes/core.ts";

const alert: Message = {
  title: "GLM main has used 82%",
  tone: "warning",
  blocks: [
    { type: "text", text: ["Taken on by ", { person: "terminal" }, "."] },
    { type: "actions", actions: [{ id: "run", label: "Got it", command: "alerts ack a1" }] },
  ],
};

function open() {
  const input = new PassThrough();
  const output = new PassThrough();
  const written: string[] = [];
  output.on("data", (chunk) => written.push(String(chunk)));
  const asked: [string, Asker][] = [];
  const commands: Partial<Commands> = {
    async *answer(line, asker) {
      asked.push([line, asker]);
      yield { title: "Done", tone: "good", blocks: [] };
    },
  };
  const clock = createManualClock();
  const chat = createTerminalChat({
    console: { input, output, interactive: false, colour: false },
    commands: commands as Commands,
    clock,
    timezone: "Asia/Ho_Chi_Minh",
    log: createKeptLog(),
  });
  return { chat, input, clock, asked, written: () => written.join("") };
}

describe("the terminal as a channel", () => {
  it("prints what is posted with its time, and what to type instead of pressing a button", async () => {
    const { chat, written } = open();
    await chat.channel.post(alert);
    expect(written()).toBe(
      "10:00 GLM main has used 82%\n\nTaken on by terminal.\n\nType alerts ack a1 (Got it)\n\n",
    );
  });

  it("prints lines as long as they are where nobody's window has a width", async () => {
    const { chat, written } = open();
    const long = "word ".repeat(100).trim();
    await chat.channel.post({ ...alert, blocks: [{ type: "facts", facts: [{ label: "x", value: long }] }] });
    expect(written()).toContain(`x  ${long}\n`);
  });

  it("prints anew what has changed, as nothing that is printed can be changed", async () => {
    const { chat, clock, written } = open();
    expect(chat.channel.edit).toBeUndefined();
    await chat.channel.post(alert);
    clock.advance(25 * 60_000);
    await chat.channel.post({ ...alert, title: "GLM main has used 91%" });
    expect(written()).toContain("10:00 GLM main has used 82%");
    expect(written()).toContain("10:25 GLM main has used 91%");
  });

  it("takes such a line, and tells the command where it was typed", async () => {
    const { chat, input, asked } = open();
    const chatted = chat.run("Hello.");
    input.end("alerts ack a1\n");
    await chatted;
    expect(asked).toEqual([["alerts ack a1", { surface: "terminal", channel: "terminal", admin: true }]]);
  });
});

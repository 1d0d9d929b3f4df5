import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Commands } from "../../src/core/commands/command.ts";
import type { Message } from "../../src/core/domain/message.ts";
import { createTerminalChat } from "../../src/terminal/chat.ts";
import { createKeptLog, createManualClock } from "../fakes/core.ts";

const message: Message = {
  title: "Export today",
  tone: "neutral",
  blocks: [{ type: "text", text: "2 usage records." }],
  file: { name: "quotabot-usage.csv", mediaType: "text/csv", content: "id,at\r\na,1\r\n" },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "quotabot-chat-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function chat(
  lines: string,
  options: { interactive: boolean; folder?: string; message?: Message },
): Promise<string> {
  const output = new PassThrough();
  const written: string[] = [];
  output.on("data", (chunk) => written.push(String(chunk)));
  const commands = {
    async *answer() {
      yield options.message ?? message;
    },
  } as unknown as Commands;
  const terminal = createTerminalChat({
    console: { input: Readable.from([lines]), output, interactive: options.interactive, colour: false },
    commands,
    clock: createManualClock(),
    timezone: "UTC",
    log: createKeptLog(),
    folder: options.folder ?? folder,
  });
  await terminal.run("Hello.");
  return written.join("");
}

describe("a file on the terminal", () => {
  it("is written for who types, for this user alone, and the answer says where", async () => {
    const said = await chat("/quota export\n", { interactive: true });
    const path = join(folder, "quotabot-usage.csv");
    expect(await readFile(path, "utf8")).toBe(message.file?.content);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(said.replace(/\s+/g, " ")).toContain(`The file is at ${path}.`);
    expect(said.match(/2 usage records/g)).toHaveLength(1);
  });

  it("never overwrites another", async () => {
    await writeFile(join(folder, "quotabot-usage.csv"), "mine");
    await chat("/quota export\n/quota export\n", { interactive: true });
    expect((await readdir(folder)).sort()).toEqual([
      "quotabot-usage-2.csv",
      "quotabot-usage-3.csv",
      "quotabot-usage.csv",
    ]);
    expect(await readFile(join(folder, "quotabot-usage.csv"), "utf8")).toBe("mine");
  });

  it("that cannot be written says why", async () => {
    const gone = join(folder, "gone");
    await mkdir(gone);
    await rm(gone, { recursive: true });
    const said = await chat("/quota export\n", { interactive: true, folder: gone });
    expect(said).toContain("The file could not be handed over.");
    expect(said).toContain("ENOENT");
  });

  it("is printed where nobody types", async () => {
    const said = await chat("/quota export\n", { interactive: false });
    expect(said).toContain("2 usage records.\n\nid,at\r\na,1\n");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("a picture on the terminal", () => {
  const content = Uint8Array.of(0x89, 0x50, 0xff, 0x00);

  it("is written byte by byte, also where nobody types", async () => {
    const picture: Message = {
      ...message,
      file: { name: "chart.png", mediaType: "image/png", content, picture: { alt: "A chart." } },
    };
    for (const interactive of [true, false]) await chat("/quota chart\n", { interactive, message: picture });
    expect(await readFile(join(folder, "chart.png"))).toEqual(Buffer.from(content));
    expect(await readFile(join(folder, "chart-2.png"))).toEqual(Buffer.from(content));
  });
});

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { account, quota } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { createFolder } from "../flows/program.ts";
import { createConsole } from "./console.ts";

const esc = "\u001b";
const frameEnd = `${esc}[?2026l`;
const restored = `${esc}[?7h${esc}[?25h${esc}[?1049l`;

function setUp(
  more: { tty?: boolean; columns?: number; rows?: number; accounts?: number; dumb?: boolean } = {},
) {
  const { tty = true, columns = 100, rows = 24, dumb = false } = more;
  const accounts = Array.from({ length: more.accounts ?? 3 }, (_, at) => account(`acme-${at}`));
  let reads = 0;
  const house = createQuotaHouse({
    accounts,
    async read() {
      reads += 1;
      return { readings: [quota({ used: 97 })] };
    },
  });
  let closed = 0;
  const close = async () => {
    closed += 1;
  };
  const console = createConsole({
    ...{ tty, columns, rows, clock: house.clock, more: { dumb } },
    openSession: async () => ({ ...house, accounts, close }),
  });
  const frames = () => console.written.output.split(frameEnd).slice(0, -1);
  return {
    ...{ ...console, house, frames },
    reads: () => reads,
    closed: () => closed,
    lastLines: () => stripVTControlCharacters(frames().at(-1)?.split(`${esc}[H`)[1] ?? "").split("\r\n"),
    resize(size: { columns: number; rows: number }) {
      Object.assign(console.output, size);
      console.output.emit("resize");
    },
  };
}

describe("quota monitor on a terminal", () => {
  it("draws over itself from the top, each frame in one go, and puts everything back at q", async () => {
    const { run, input, frames, written, lastLines, raw, closed } = setUp();
    const done = run("quota monitor");
    await expect.poll(() => frames().length).toBeGreaterThan(1);
    expect(lastLines().at(-1)).toBe("r reads again, q quits; drawn every 30s");
    input.write("q");
    expect((await done).code).toBe(0);
    expect(written.output.startsWith(`${esc}[?1049h${esc}[?25l${esc}[?7l`)).toBe(true);
    expect(written.output.endsWith(restored)).toBe(true);
    const begin = `${esc}[?2026h${esc}[H`;
    for (const frame of frames().slice(1)) expect(frame.startsWith(begin)).toBe(true);
    expect([raw, closed()]).toEqual([[true, false], 1]);
  });

  it("reads again at r as far as the floors allow", async () => {
    const { run, input, reads, house, frames } = setUp();
    const done = run("quota monitor");
    await expect.poll(reads).toBe(3);
    await expect.poll(() => frames().length).toBeGreaterThan(1);
    house.clock.advance(5 * 60_000);
    input.write("r");
    await expect.poll(reads).toBe(6);
    input.write("rq");
    await done;
    expect(reads()).toBe(6);
  });

  it("fits every size, from the moment it changes", async () => {
    const { run, input, frames, lastLines, resize } = setUp({ accounts: 30 });
    const done = run("quota monitor");
    await expect.poll(() => frames().length).toBeGreaterThan(1);
    for (const rows of [24, 10, 5, 3, 2, 1, 50]) {
      resize({ columns: 60, rows });
      expect(lastLines().length).toBeLessThanOrEqual(rows);
      for (const line of lastLines()) expect(line.length).toBeLessThan(60);
    }
    resize({ columns: 60, rows: 10 });
    expect(lastLines().at(-2)).toBe("… and 25 more lines");
    input.write("q");
    await done;
  });

  it.each([
    ["Ctrl-C", 130, ({ input }: ReturnType<typeof setUp>) => input.write("\u0003")],
    ["a signal", 143, ({ signals }: ReturnType<typeof setUp>) => [...signals][0]?.(143)],
    [
      "an output that breaks",
      0,
      ({ output }: ReturnType<typeof setUp>) => output.emit("error", new Error("gone")),
    ],
  ])("ends at %s with %i, with the terminal as it was and nothing drawn after", async (_, code, end) => {
    const parts = setUp();
    parts.output.on("error", () => {});
    const done = parts.run("quota monitor");
    await expect.poll(() => parts.frames().length).toBeGreaterThan(1);
    end(parts);
    expect((await done).code).toBe(code);
    expect(parts.written.output.endsWith(restored)).toBe(true);
    expect([parts.signals.size, parts.closed()]).toEqual([0, 1]);
  });

  it("works in a pseudo-terminal, through a resize", async ({ skip }) => {
    if (!existsSync("/usr/bin/script")) skip();
    const folder = await createFolder("accounts: []\n");
    onTestFinished(folder.remove);
    const main = resolve(import.meta.dirname, "../../dist/main.js");
    const command = `tty > tty; stty rows 20 cols 90; "${process.execPath}" "${main}" quota monitor; echo "left $?"; stty -a`;
    const child = spawn("script", ["-qfc", command, "/dev/null"], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, HOME: folder.path, TERM: "xterm" },
    });
    onTestFinished(() => void child.kill());
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    const frames = () => output.split(frameEnd).length - 1;
    await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThan(1);
    const before = frames();
    const tty = (await readFile(join(folder.path, "tty"), "utf8")).trim();
    await promisify(execFile)("stty", ["-F", tty, "rows", "3", "cols", "50"]);
    await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThan(before);
    child.stdin.write("q");
    await expect.poll(() => output, { timeout: 20_000 }).toMatch(/left 0[\s\S]* icanon/);
    expect(output).toContain(restored);
  });
});

describe("quota monitor without a terminal", () => {
  it("prints plain tables until its input ends", async () => {
    const { run, input, written } = setUp({ tty: false });
    input.end();
    expect((await run("quota monitor")).code).toBe(0);
    expect(written.output).toMatch(/^Quota\n\n/);
    expect(written.output).not.toContain(esc);
  });

  it("prints a line of JSON each, also on a terminal", async () => {
    const { run, written, signals } = setUp();
    const done = run("quota monitor --json");
    await expect.poll(() => written.output).toContain("\n");
    [...signals][0]?.(130);
    expect((await done).code).toBe(130);
    expect(JSON.parse(written.output).accounts).toHaveLength(3);
  });

  it("takes a terminal that can only print lines for none", async () => {
    const { run, written, signals } = setUp({ dumb: true });
    const done = run("quota monitor --no-color");
    await expect.poll(() => written.output).toContain("3% left");
    [...signals][0]?.(130);
    await done;
    expect(written.output).not.toContain(esc);
  });

  it.each(["9s", "25h", "fast", "10"])("refuses an interval of %s", async (interval) => {
    expect((await setUp().run(`quota monitor --interval ${interval}`)).code).toBe(2);
  });
});

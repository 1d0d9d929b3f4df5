import { PassThrough } from "node:stream";
import { runCli } from "../../src/cli/program.ts";
import type { CliOptions, Session } from "../../src/cli/session.ts";
import type { Clock } from "../../src/core/ports.ts";
import { renderTerminal } from "../../src/terminal/render.ts";

/** A command line over sessions of the test's choice, with all that it writes. */
export function createConsole(setup: {
  openSession?: (() => Promise<Partial<Session>>) | undefined;
  clock?: Clock | undefined;
  tty?: boolean | undefined;
  columns?: number | undefined;
  rows?: number | undefined;
  more?: Partial<CliOptions> | undefined;
}) {
  const written = { output: "", errors: "" };
  const signals = new Set<(code: number) => void>();
  const size = { columns: setup.columns, rows: setup.rows, isTTY: setup.tty };
  const stream = (name: keyof typeof written) =>
    Object.assign(new PassThrough(), size).on("data", (chunk) => (written[name] += String(chunk)));
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: setup.tty,
    setRawMode: (on: boolean) => void raw.push(on),
  });
  const cli = {
    openSession: async () => ({
      timezone: "UTC",
      routing: {},
      close: async () => {},
      ...(await setup.openSession?.()),
    }),
    readNames: async () => ({ accounts: [], combos: [], channels: [] }),
    render: ((message, { now, timezone, ...terminal }) =>
      renderTerminal(message, { now, timezone, terminal })) satisfies CliOptions["render"],
    reporting: { clock: setup.clock },
    ...{ output: stream("output"), errors: stream("errors"), input },
    ...{ noColour: false, forceColour: false, dumb: false, version: "1.2.3" },
    onSignal(listener: (code: number) => void) {
      signals.add(listener);
      return () => signals.delete(listener);
    },
    ...setup.more,
  } as unknown as CliOptions;
  return {
    ...{ cli, written, input, raw, signals },
    output: cli.output,
    /** Runs a line to its end. */
    async run(line: string | readonly string[]) {
      const before = { ...written };
      const code = await runCli(cli, typeof line === "string" ? line.split(" ") : line);
      await new Promise(setImmediate);
      const told = (name: keyof typeof written) => written[name].slice(before[name].length);
      return { code, output: told("output"), errors: told("errors") };
    },
  };
}

import { AppError } from "../core/errors.ts";
import { duration } from "../core/messages/format.ts";
import { quotaTable } from "../core/messages/quota-table.ts";
import { quotaJson } from "../core/services/quota-json.ts";
import { endWith, exitCodes } from "./exit-codes.ts";
import { parseLength } from "./length.ts";
import { type QuotaOptions, selectAccounts } from "./quota.ts";
import { openScreen, type Screen } from "./screen.ts";
import type { CliOptions, Session } from "./session.ts";
import { terminalOf, withSession } from "./with-session.ts";

export interface MonitorOptions extends QuotaOptions {
  /** "30s", "2m" */
  interval: string;
}

const shortest = 10_000;
const longest = 24 * 3_600_000;

/**
 * Draws the table again and again until q is pressed; r reads at once what the providers allow. Without a terminal it
 * prints the table at every interval until the input or the reader of the output ends, and with --json one line of JSON.
 * Throws request_invalid for a bad interval, and ends with the code of what has ended it from outside.
 */
export async function monitor(cli: CliOptions, options: MonitorOptions): Promise<void> {
  const every = intervalOf(options.interval);
  const code = await withSession(cli, options, (session) => {
    const accounts = selectAccounts(session, options);
    return drawUntilQuit(cli, session, { ...options, every, accounts });
  });
  if (code !== exitCodes.fine) endWith(code);
}

async function drawUntilQuit(
  cli: CliOptions,
  session: Session,
  options: MonitorOptions & { every: number; accounts: Session["accounts"] },
): Promise<number> {
  const { output } = cli;
  const isScreen = output.isTTY === true && !options.json && !cli.dumb;
  let over = false;

  function draw(): void {
    if (over) return;
    const report = session.reports.report(options.accounts);
    if (options.json) {
      output.write(`${JSON.stringify(quotaJson(report))}\n`);
      return;
    }
    const message = quotaTable(report, { command: "list", configured: session.accounts.length });
    const terminal = terminalOf(cli, options);
    // The last column stays free: what stands there decides whether terminals break the line.
    const width = screen === undefined ? terminal.width : terminal.width - 1;
    const text = cli.render(message, { now: report.at, timezone: session.timezone, ...terminal, width });
    if (screen === undefined) output.write(`${text}\n\n`);
    else screen.show(text.split("\n"), keysLine(cli, options));
  }

  async function readAndDraw(urgency: "due" | "allowed"): Promise<void> {
    const reading = session.reports.read(options.accounts, urgency);
    if (isScreen) draw();
    await reading;
    draw();
  }

  const screen: Screen | undefined = isScreen ? openScreen(cli) : undefined;
  const timer = setInterval(() => void readAndDraw("due"), options.every);
  const ended = untilEnd(cli, screen, { redraw: draw, reload: () => void readAndDraw("allowed") });
  try {
    const first = readAndDraw("due");
    // Whoever looks may leave before all is read; a program gets at least one table.
    if (!isScreen) await first;
    return await Promise.race([ended.code, first.then(() => ended.code)]);
  } finally {
    over = true;
    clearInterval(timer);
    ended.stop();
    screen?.close();
  }
}

function keysLine({ input }: CliOptions, { every, interval }: MonitorOptions & { every: number }): string {
  const drawn = `drawn every ${every < 60_000 ? interval : duration(every)}`;
  return input.isTTY ? `r reads again, q quits; ${drawn}` : `Ctrl-C quits; ${drawn}`;
}

/** Listens for all that ends the drawing, or changes it. */
function untilEnd(
  cli: CliOptions,
  screen: Screen | undefined,
  on: { redraw(): void; reload(): void },
): { code: Promise<number>; stop(): void } {
  const { input, output } = cli;
  let end: (code: number) => void = () => {};
  const code = new Promise<number>((resolve) => {
    end = resolve;
  });
  const fine = () => end(exitCodes.fine);
  const ignored = cli.onSignal(end);
  output.once("error", fine);
  if (screen !== undefined) {
    output.on("resize", on.redraw);
    screen.onKey((key) => {
      if (key === "q") fine();
      if (key === "r") on.reload();
      if (key === "ctrl-c") end(exitCodes.interrupted);
    });
  }
  // Whoever types into a terminal does not end it; reading from it in the background would stop the program.
  if (!input.isTTY) {
    input.once("end", fine);
    input.once("close", fine);
    input.resume();
  }
  return {
    code,
    stop() {
      ignored();
      output.off("error", fine);
      output.off("resize", on.redraw);
      input.off("end", fine);
      input.off("close", fine);
      input.pause();
    },
  };
}

function intervalOf(text: string): number {
  const length = parseLength(text);
  if (length !== undefined && length >= shortest && length <= longest) return length;
  throw new AppError(
    "request_invalid",
    `--interval takes a time from 10s to 24h, such as 30s or 2m, not "${text}".`,
  );
}

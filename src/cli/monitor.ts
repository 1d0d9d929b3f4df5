import { emitKeypressEvents } from "node:readline";
import { AppError } from "../core/errors.ts";
import { duration } from "../core/messages/format.ts";
import { quotaTable } from "../core/messages/quota-table.ts";
import { quotaJson } from "../core/services/quota-json.ts";
import { type QuotaOptions, selectAccounts, terminalOf } from "./quota.ts";
import type { CliOptions, Session } from "./session.ts";

export interface MonitorOptions extends QuotaOptions {
  /** "30s", "2m" */
  interval: string;
}

const shortest = 10_000;

/**
 * Draws the table again and again until q is pressed; r reads at once what the providers allow. Without a terminal it
 * prints the table at every interval until the input ends, and with --json one line of JSON. Throws request_invalid for a bad interval.
 */
export async function monitor(cli: CliOptions, options: MonitorOptions): Promise<void> {
  const interval = intervalOf(options.interval);
  const session = await cli.openSession({ config: options.config });
  try {
    const accounts = selectAccounts(session, options);
    await drawUntilQuit(cli, session, { ...options, every: interval, accounts });
  } finally {
    await session.close();
  }
}

async function drawUntilQuit(
  cli: CliOptions,
  session: Session,
  options: MonitorOptions & { every: number; accounts: Session["accounts"] },
): Promise<void> {
  const { output, input } = cli;
  const screen = output.isTTY === true && !options.json;

  function draw(): void {
    const report = session.reports.report(options.accounts);
    if (options.json) {
      output.write(`${JSON.stringify(quotaJson(report))}\n`);
      return;
    }
    const message = quotaTable(report, { command: "list", configured: session.accounts.length });
    const context = { now: report.at, timezone: session.timezone, ...terminalOf(cli, options) };
    const text = cli.render(message, context);
    if (!screen) {
      output.write(`${text}\n\n`);
      return;
    }
    const keys = `r reads again, q quits; drawn every ${duration(options.every).replace("less than a minute", options.interval)}`;
    const lines = `${text}\n\n${keys}`.split("\n").slice(0, Math.max(1, (output.rows ?? 40) - 1));
    // Each line is cleared to its end and the rest of the screen below: nothing flickers.
    output.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join("\n")}\u001b[J`);
  }

  async function readAndDraw(urgency: "due" | "allowed"): Promise<void> {
    const reading = session.reports.read(options.accounts, urgency);
    if (screen) draw();
    await reading;
    draw();
  }

  const timer = setInterval(() => void readAndDraw("due"), options.every);
  const redraw = () => draw();
  if (screen) {
    output.write("\u001b[?1049h\u001b[?25l");
    output.on("resize", redraw);
  }
  try {
    const quit = untilQuit(cli, () => void readAndDraw("allowed"));
    await readAndDraw("due");
    await quit;
  } finally {
    clearInterval(timer);
    output.off("resize", redraw);
    if (screen) output.write("\u001b[?25h\u001b[?1049l");
    if (input.isTTY) input.setRawMode(false);
    input.pause();
  }
}

/** Resolves at q, Ctrl-C or the end of the input. */
function untilQuit(cli: CliOptions, onReload: () => void): Promise<void> {
  const { input } = cli;
  return new Promise((resolve) => {
    input.once("end", resolve);
    if (input.isTTY) {
      emitKeypressEvents(input);
      input.setRawMode(true);
      input.on("keypress", (_text, key: { name?: string; ctrl?: boolean }) => {
        if (key.name === "q" || (key.ctrl === true && key.name === "c")) resolve();
        if (key.name === "r") onReload();
      });
    }
    input.resume();
  });
}

function intervalOf(text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  const milliseconds = Number(number) * ({ s: 1000, m: 60_000, h: 3_600_000 }[unit ?? ""] ?? Number.NaN);
  if (!(milliseconds >= shortest) || milliseconds > 86_400_000) {
    throw new AppError(
      "request_invalid",
      `--interval takes a time from 10s to 24h, such as 30s or 2m, not "${text}".`,
    );
  }
  return milliseconds;
}

import { AppError, isAppError } from "../core/errors.ts";
import { endWith, exitCodes } from "./exit-codes.ts";
import { guardJson } from "./guard-json.ts";
import { type GuardRule, type GuardVerdict, judgeAccount } from "./guard-verdict.ts";
import { pauseUntil } from "./guard-wait.ts";
import { parseLength } from "./length.ts";
import { createProgress } from "./progress.ts";
import { readWithProgress } from "./quota.ts";
import type { CliOptions, Session } from "./session.ts";
import { assertAccount, printJson, withSession } from "./with-session.ts";

export interface GuardOptions {
  account: readonly string[];
  minLeft: string;
  window?: string | undefined;
  model?: string | undefined;
  maxAge?: string | undefined;
  any?: boolean | undefined;
  allowUnknown?: boolean | undefined;
  /** True, or how long at most: "2h". */
  wait?: string | true | undefined;
  json?: boolean | undefined;
  config?: string | undefined;
}

/**
 * Returns when so much is left on all of the accounts, or on one of them with `any`, and else says in a line each what
 * is left and ends with 1. With `wait` it looks again until there is enough, or the time is over.
 * @throws request_invalid for options that cannot be and accounts that are not configured
 */
export async function guard(cli: CliOptions, options: GuardOptions): Promise<void> {
  const rule = ruleOf(options);
  const { clock } = cli.reporting;
  const patience = options.wait === undefined ? 0 : waitOf(options.wait);
  const begun = clock.now();
  const progress = createProgress(cli, options);
  for (;;) {
    const { ok, verdicts } = await look(cli, options, rule, patience > 0);
    const now = clock.now();
    const rest = begun + patience - now;
    if (ok || rest <= 0) {
      if (options.json) printJson(cli, guardJson(verdicts, { ok, at: now, rule }));
      else if (!ok) cli.output.write(`${failing(verdicts).join("\n")}\n`);
      return ok ? undefined : endWith(exitCodes.failed);
    }
    progress.show(`Waiting. ${failing(verdicts)[0]}`);
    await cli.sleep(Math.min(rest, pauseUntil(verdicts, now)));
    progress.end();
  }
}

interface Look {
  ok: boolean;
  verdicts: readonly GuardVerdict[];
}

/** Looks once, in a session of its own: a bot that is started meanwhile must find its data folder free. */
async function look(cli: CliOptions, options: GuardOptions, rule: GuardRule, waits: boolean): Promise<Look> {
  try {
    return await withSession(cli, options, async (session) => {
      for (const id of options.account) assertAccount(session, id);
      const accounts = session.accounts.filter(({ id }) => options.account.includes(id));
      await readWithProgress(cli, session, accounts, options);
      const found = await judge(session, options, rule);
      if (found.ok) return found;
      // What was read last may be told anew: nobody is told of too little that is over.
      await session.reports.read(accounts, "allowed");
      return await judge(session, options, rule);
    });
  } catch (error) {
    // Whoever waits for hours sees the bot restart.
    if (!waits || !isAppError(error) || !error.code.startsWith("store_")) throw error;
    const message = error.message;
    const verdicts = options.account.map(
      (account): GuardVerdict => ({ account, ok: false, reason: "unknown", message }),
    );
    return { ok: false, verdicts };
  }
}

async function judge(session: Session, options: GuardOptions, rule: GuardRule): Promise<Look> {
  const { clock, timezone, routing } = session;
  const verdicts: GuardVerdict[] = [];
  for (const account of options.account) {
    const configured = session.accounts.filter(({ id }) => id === account);
    const [report] = session.reports.report(configured).accounts;
    if (report === undefined) continue;
    assertWindow(report.readings, rule.window);
    const available = await routing.available?.({ account, model: rule.model });
    const place = { now: clock.now(), timezone, verdict: available?.verdict };
    verdicts.push(judgeAccount(report, rule, place));
  }
  const isFine = ({ ok }: GuardVerdict) => ok;
  const ok = verdicts.length > 0 && (options.any ? verdicts.some(isFine) : verdicts.every(isFine));
  return { ok, verdicts };
}

/** Throws request_invalid for a window that an account does not have, once it is known which it has. */
function assertWindow(readings: readonly { kind: string; id: string }[], window: string | undefined): void {
  const ids = readings.filter(({ kind }) => kind === "quota").map(({ id }) => id);
  if (window === undefined || ids.length === 0 || ids.includes(window)) return;
  throw new AppError("request_invalid", `The account has no window "${window}". It has ${ids.join(", ")}.`);
}

function failing(verdicts: readonly GuardVerdict[]): string[] {
  return verdicts.filter(({ ok }) => !ok).map(({ message }) => message);
}

function ruleOf(options: GuardOptions): GuardRule {
  const { window, model, maxAge } = options;
  const minLeft = /^\d{1,3}(\.\d+)?%?$/.test(options.minLeft)
    ? Number.parseFloat(options.minLeft)
    : Number.NaN;
  if (!(minLeft >= 0 && minLeft <= 100)) {
    throw new AppError(
      "request_invalid",
      `--min-left takes percent from 0 to 100, not "${options.minLeft}".`,
    );
  }
  return {
    ...{ minLeft, window, model, allowUnknown: options.allowUnknown === true },
    maxAge: maxAge === undefined ? undefined : lengthOf("--max-age", maxAge),
  };
}

function waitOf(wait: string | true): number {
  return wait === true ? Number.POSITIVE_INFINITY : lengthOf("--wait", wait);
}

function lengthOf(option: string, text: string): number {
  const length = parseLength(text);
  if (length !== undefined) return length;
  throw new AppError("request_invalid", `${option} takes a time such as 90s, 30m or 2h, not "${text}".`);
}

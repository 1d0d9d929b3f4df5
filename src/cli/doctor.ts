import { type AppError, isAppError } from "../core/errors.ts";
import { accountFinding, channelFinding, doctorReport, type Finding } from "../core/messages/doctor.ts";
import { readWithProgress, terminalOf } from "./quota.ts";
import type { CliOptions, Session } from "./session.ts";

export interface DoctorOptions {
  config?: string | undefined;
  json?: boolean | undefined;
  color?: boolean | undefined;
}

/**
 * Checks configuration, data folder, accounts and channels, and says what to do. Nothing is posted.
 * @returns whether all is well
 * @throws config_invalid with every problem, as each command does
 */
export async function doctor(cli: CliOptions, options: DoctorOptions): Promise<boolean> {
  const opened = await open(cli, options);
  const findings: Finding[] = [
    { check: "configuration", name: "Configuration", ok: true, message: "ok" },
    ...("session" in opened ? await examine(cli, opened.session, options) : [opened.finding]),
  ];
  const ok = findings.every((finding) => finding.ok);
  if (options.json) {
    cli.output.write(`${JSON.stringify({ ok, findings }, undefined, 2)}\n`);
    return ok;
  }
  const session = "session" in opened ? opened.session : undefined;
  const context = { now: session?.clock.now() ?? 0, timezone: session?.timezone ?? "UTC" };
  cli.output.write(`${cli.render(doctorReport(findings), { ...context, ...terminalOf(cli, options) })}\n`);
  return ok;
}

async function open(
  cli: CliOptions,
  { config }: DoctorOptions,
): Promise<{ session: Session } | { finding: Finding }> {
  try {
    return { session: await cli.openSession({ config, fromDisk: true }) };
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return { finding: storeFinding(error) };
  }
}

async function examine(cli: CliOptions, session: Session, options: DoctorOptions): Promise<Finding[]> {
  try {
    const store = await session.checkStore().then(() => storeFinding(undefined), storeFinding);
    await readWithProgress(cli, session, session.accounts, options);
    const refusals = await session.refusals();
    const channels = session.channels.ids.map((id) =>
      channelFinding(
        id,
        refusals.find(({ channel }) => channel === id),
        session.clock.now(),
      ),
    );
    return [store, ...session.reports.report(session.accounts).accounts.map(accountFinding), ...channels];
  } finally {
    await session.close();
  }
}

function storeFinding(error: unknown): Finding {
  const store = { check: "store", name: "Data folder" } as const;
  if (error === undefined) return { ...store, ok: true, message: "ok" };
  if (isStoreError(error)) return { ...store, ok: false, message: error.message };
  throw error;
}

function isStoreError(error: unknown): error is AppError {
  return isAppError(error) && error.code.startsWith("store_");
}

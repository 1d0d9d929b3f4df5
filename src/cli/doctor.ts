import { type AppError, isAppError } from "../core/errors.ts";
import { accountFinding, channelFinding, type Finding } from "../core/messages/doctor.ts";
import { count } from "../core/messages/format.ts";
import { type DoctorCheck, examine } from "../core/services/examine.ts";
import { doctorLines } from "./doctor-lines.ts";
import { createProgress } from "./progress.ts";
import { readNow } from "./quota.ts";
import type { CliOptions, Session } from "./session.ts";
import { type OutputOptions, printJson, terminalOf, withSession } from "./with-session.ts";

/** Milliseconds that a check may take, and accounts that are read in as long. */
const patience = 6_000;
const atOnce = 16;

/**
 * Checks everything that a bot of this configuration needs, and says what to do. Nothing is posted.
 * @returns whether nothing has to be put right; warnings do no harm
 * @throws config_invalid with every problem, as each command does
 */
export async function doctor(cli: CliOptions, options: OutputOptions): Promise<boolean> {
  try {
    return await look(cli, options);
  } catch (error) {
    if (options.json && isAppError(error, "config_invalid")) {
      const { message, details } = error;
      const about = { check: "configuration", name: "Configuration", level: "problem", ok: false };
      printJson(cli, { ok: false, findings: [{ ...about, message, problems: details.problems ?? [] }] });
    }
    throw error;
  }
}

function look(cli: CliOptions, options: OutputOptions): Promise<boolean> {
  return withSession(cli, { config: options.config, fromDisk: true }, async (session) => {
    const findings = [
      { check: "configuration", name: "Configuration", level: "ok", message: "can be used" } as const,
      ...(await examineAll(cli, session, options)),
    ];
    const ok = findings.every(({ level }) => level !== "problem");
    if (options.json) {
      const shown = findings.map(({ level, ...finding }) => ({ ...finding, level, ok: level !== "problem" }));
      printJson(cli, { ok, findings: shown });
      return ok;
    }
    const { colour } = terminalOf(cli, options);
    const width = Math.max(20, cli.output.columns ?? Number.POSITIVE_INFINITY);
    cli.output.write(`${doctorLines(findings, { colour, width })}\n`);
    return ok;
  });
}

async function examineAll(
  cli: CliOptions,
  session: Session,
  options: OutputOptions,
): Promise<readonly Finding[]> {
  const { local, network } = session.checks;
  // Names that are looked up in vain hold up work on files: those come first, and take no time.
  const here = await examine([storeCheck(session), ...local], { patience });
  const reading: DoctorCheck = {
    ...{ check: "account", name: "Accounts" },
    async run() {
      await readNow(session, session.accounts, {});
      return [];
    },
  };
  const all = network.length + 1;
  const progress = createProgress(cli, options);
  let ended = 0;
  const show = () => progress.show(`Checking … ${ended} of ${count(all, "check")}`);
  const done = () => {
    ended += 1;
    show();
  };
  show();
  const long = patience * Math.max(1, Math.ceil(session.accounts.length / atOnce));
  const [there] = await Promise.all([
    examine(network, { patience, done }),
    examine([reading], { patience: long, done }),
  ]);
  progress.end();
  // One that takes too long is told with the account.
  const accounts = session.reports
    .report(session.accounts)
    .accounts.map((report) =>
      report.reading ? stillReading(accountFinding(report)) : accountFinding(report),
    );
  return [
    ...here,
    ...there.filter(({ check }) => check !== "channel"),
    ...accounts,
    ...(await channelsOf(session, there)),
  ];
}

function stillReading(finding: Finding): Finding {
  const message = "its provider has not answered in time";
  return { ...finding, level: "problem", message, todo: "Try again; see what is said of its host." };
}

async function channelsOf(session: Session, looked: readonly Finding[]): Promise<readonly Finding[]> {
  const refusals = await session.refusals().catch(() => []);
  return session.channels.ids.map((id) =>
    channelFinding(
      id,
      refusals.find(({ channel }) => channel === id),
      looked.find(({ check, name }) => check === "channel" && name === id),
      session.clock.now(),
    ),
  );
}

function storeCheck(session: Session): DoctorCheck {
  const { name, fine } = session.storeWords;
  const about = { check: "store", name } as const;
  return {
    ...about,
    async run() {
      try {
        await session.checkStore();
        return [{ ...about, level: "ok", message: fine }];
      } catch (error) {
        if (isStoreError(error)) return [{ ...about, level: "problem", message: error.message }];
        throw error;
      }
    },
  };
}

function isStoreError(error: unknown): error is AppError {
  return isAppError(error) && error.code.startsWith("store_");
}

import { createInterface } from "node:readline/promises";
import { AppError } from "../core/errors.ts";
import { count } from "../core/messages/format.ts";
import type { ForgottenUser } from "../core/services/forget-user.ts";
import { endWith, exitCodes } from "./exit-codes.ts";
import type { CliOptions } from "./session.ts";
import { printJson, withSession } from "./with-session.ts";

export interface ForgetOptions {
  yes?: boolean | undefined;
  json?: boolean | undefined;
  config?: string | undefined;
}

/**
 * Takes a person's name out of all that is kept, after asking; ends with 1 when that is answered with no.
 * @throws request_invalid without a terminal to ask on, unless told `yes`
 */
export async function forget(cli: CliOptions, user: string, options: ForgetOptions): Promise<void> {
  if (!options.yes && !(await isSure(cli, user))) {
    cli.errors.write("Nothing was changed.\n");
    return endWith(exitCodes.failed);
  }
  await withSession(cli, options, async (session) => {
    const forgotten = await session.forgetUser(user);
    if (options.json) printJson(cli, forgotten);
    else cli.output.write(`${outcome(user, forgotten)}\n`);
  });
}

async function isSure({ input, errors }: CliOptions, user: string): Promise<boolean> {
  if (!input.isTTY || !errors.isTTY) {
    throw new AppError("request_invalid", "This cannot be undone. Add --yes to do it without being asked.");
  }
  const terminal = createInterface({ input, output: errors });
  try {
    const question = `Take ${user} out of all records? What was used stays, as nobody's. It cannot be undone. [y/N] `;
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

function outcome(user: string, { records, accounts }: ForgottenUser): string {
  if (records === 0 && accounts.length === 0) {
    return `No record that is kept had the name ${user}. Sums of older days have it no more either.`;
  }
  const pushed = accounts.length === 0 ? "" : `, and out of ${accounts.join(", ")}`;
  return `Took ${user} out of ${count(records, "record")}${pushed}. What was used stays, as nobody's.`;
}

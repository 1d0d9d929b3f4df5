import { CommanderError } from "commander";
import { isAppError } from "../core/errors.ts";

/** What the process ends with: fine, told you so or failed, wrong use, interrupted, wrong configuration. */
export const exitCodes = { fine: 0, failed: 1, usage: 2, configuration: 78, interrupted: 130 } as const;

/** Commander's kind of error for a command that worked, and has something to tell by its exit code. */
const told = "quotabot.told";

/** Ends a command that has said all there is to say with this code. */
export function endWith(code: number): never {
  throw new CommanderError(code, told, "");
}

/** The exit code of what a command has thrown; undefined for a mistake of ours. Commander ends with 1 for wrong use. */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof CommanderError) {
    return error.exitCode === exitCodes.fine || error.code === told ? error.exitCode : exitCodes.usage;
  }
  if (!isAppError(error)) return undefined;
  if (error.code === "config_invalid") return exitCodes.configuration;
  return error.code === "request_invalid" ? exitCodes.usage : exitCodes.failed;
}

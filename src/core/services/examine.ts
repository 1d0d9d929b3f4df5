import { isAppError } from "../errors.ts";
import type { Examined, Finding } from "../messages/doctor.ts";

/** Looks at one thing for the doctor. Nothing is posted or changed by it. */
export interface DoctorCheck {
  check: Examined;
  /** What is looked at, for when no answer comes. */
  name: string;
  /** Rejects only when something unforeseen happens; gives up when the signal says so. */
  run(signal: AbortSignal): Promise<readonly Finding[]>;
}

/**
 * Runs all checks side by side; each that takes longer than `patience` milliseconds is given up, with a finding that says so.
 * @param done told each time one has ended
 */
export async function examine(
  checks: readonly DoctorCheck[],
  { patience, done }: { patience: number; done?: (() => void) | undefined },
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    checks.map(async (check) => {
      const findings = await runOne(check, patience);
      done?.();
      return findings;
    }),
  );
  return found.flat();
}

async function runOne({ check, name, run }: DoctorCheck, patience: number): Promise<readonly Finding[]> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => {
      abort.abort();
      const message = `no answer within ${patience / 1000} s`;
      resolve([{ check, name, level: "problem", message, todo: "Check the network, then try again." }]);
    }, patience);
  });
  try {
    return await Promise.race([run(abort.signal), late]);
  } catch (error) {
    const message = isAppError(error) ? error.message : "could not be checked";
    return [{ check, name, level: "problem", message }];
  } finally {
    clearTimeout(timer);
  }
}

import type { Instant } from "../core/domain/quota.ts";
import { count } from "../core/messages/format.ts";
import { writeOwnFile } from "./own-file.ts";
import type { CliOptions } from "./session.ts";

/** One read of an account as a fixture for the tests. */
export interface Recorded {
  /** The provider's id. */
  provider: string;
  at: Instant;
  fixture: { exchanges: readonly unknown[]; expect: object };
  /** How many different values were replaced, by what they were. */
  replaced: ReadonlyMap<string, number>;
  /** Whether the fixture still tells the numbers that the account told. */
  faithful: boolean;
}

export interface RecordOptions {
  config?: string | undefined;
  json?: boolean | undefined;
}

/**
 * Reads the account once and writes a fixture of it to a new file, readable by its owner alone. Throws request_invalid
 * when the file is there already or cannot be written.
 */
export async function record(
  cli: CliOptions,
  account: string,
  file: string | undefined,
  options: RecordOptions,
): Promise<void> {
  const recorded = await cli.recordAccount({ config: options.config, account });
  const path = file ?? `${recorded.provider}-${new Date(recorded.at).toISOString().slice(0, 10)}.json`;
  await writeOwnFile(path, `${JSON.stringify(recorded.fixture, undefined, 2)}\n`);
  cli.output.write(`${options.json ? reportJson(recorded, path) : report(recorded, path)}\n`);
}

function reportJson({ provider, fixture, replaced, faithful }: Recorded, file: string): string {
  const { exchanges } = fixture;
  const told = {
    file,
    provider,
    exchanges: exchanges.length,
    replaced: Object.fromEntries(replaced),
    faithful,
  };
  return JSON.stringify(told, undefined, 2);
}

function report({ fixture, replaced, faithful }: Recorded, path: string): string {
  const { expect } = fixture;
  const found =
    "error" in expect
      ? `a refusal (${String(expect.error)})`
      : count("readings" in expect && Array.isArray(expect.readings) ? expect.readings.length : 0, "reading");
  const kinds = [...replaced].map(([kind, number]) => count(number, kind)).join(", ");
  return [
    `${path}: ${count(fixture.exchanges.length, "exchange")}, ${found}.`,
    `Replaced: ${kinds === "" ? "nothing" : kinds}.`,
    ...(faithful
      ? []
      : ["What was replaced changes the numbers: compare `expect` with what the account really has."]),
    "Numbers and dates were kept. Read the file before you share it.",
  ].join("\n");
}

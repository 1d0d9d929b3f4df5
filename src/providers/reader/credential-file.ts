import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../core/errors.ts";

/**
 * The path a place stands for: `~` at its start is the home folder, `$NAME` an environment variable. Undefined when
 * the variable is not set.
 */
export function expandPlace(
  place: string,
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (place === "~" || place.startsWith("~/") || place.startsWith("~\\")) return join(home, place.slice(1));
  const variable = /^\$(\w+)/.exec(place);
  if (variable === null) return place;
  const value = environment[variable[1] ?? ""];
  return value === undefined || value === "" ? undefined : join(value, place.slice(variable[0].length));
}

/**
 * The JSON in a file of a provider's own program.
 * @throws provider_credentials_missing, naming the path and never the content.
 */
export async function readDocument(path: string, provider: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw unreadable(path, provider, (error as NodeJS.ErrnoException).code);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // What JSON.parse says repeats part of the text.
    throw new AppError(
      "provider_credentials_missing",
      `The credentials file ${path} of ${provider} is not JSON. Sign in again, or name another file.`,
    );
  }
}

function unreadable(path: string, provider: string, code: string | undefined): AppError {
  const problem =
    code === "ENOENT" || code === "ENOTDIR"
      ? "does not exist. Sign in with its own program, or name the right file."
      : `cannot be read${code === undefined ? "" : ` (${code})`}. Let the bot's user read it, or name another file.`;
  return new AppError(
    "provider_credentials_missing",
    `The credentials file ${path} of ${provider} ${problem}`,
  );
}

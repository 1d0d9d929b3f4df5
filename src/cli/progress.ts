import type { CliOptions } from "./session.ts";

/** One line on the error output that is drawn over itself, for a person who waits. */
export interface Progress {
  show(text: string): void;
  /** Wipes the line away. */
  end(): void;
}

/** Shows nothing where nobody looks, or where a program reads. */
export function createProgress(
  { errors }: Pick<CliOptions, "errors">,
  options: { json?: boolean | undefined },
): Progress {
  if (errors.isTTY !== true || options.json) return { show: () => {}, end: () => {} };
  const wipe = "\r\u001b[K";
  return {
    // A line that is broken could not be wiped away.
    show: (text) => void errors.write(wipe + text.slice(0, (errors.columns ?? 80) - 1)),
    end: () => void errors.write(wipe),
  };
}

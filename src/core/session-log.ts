import type { Instant } from "./domain/quota.ts";
import type { Tokens } from "./domain/usage.ts";

/** A program that keeps logs of its sessions on people's machines, one JSON object per line. */
export interface LogProgram {
  /** As people choose it on the command line, and as sentences call it. */
  name: string;
  title: string;
  /** The name under which it reports by itself, where it can. */
  service: string;
  /** Where its logs are, at any depth below; not all need exist. */
  folders: readonly string[];
  /** @param state what `state()` of the reader of an earlier part gave; without it, a log is read from its beginning */
  open(state?: unknown): LogReader;
}

/** Understands the lines of one log, in the order in which they were written. */
export interface LogReader {
  /**
   * The calls that this line settles, each with an id that it has wherever it is logged.
   * @param line one line, without its end
   * @throws SyntaxError when it is not the JSON of an object
   */
  read(line: Uint8Array): readonly LoggedCall[];
  /** The calls that nothing more is expected of, as nothing was logged of them until now. */
  settle(now: Instant): readonly LoggedCall[];
  /** What a reader needs to go on after the last line: JSON, with nothing that people wrote. */
  state(): unknown;
}

/** A call as a log tells it: counts, and what numbers and names it. */
export interface LoggedCall {
  id: string;
  at: Instant;
  model?: string | undefined;
  /** "subagent" where the call was made by one. */
  operation?: string | undefined;
  tokens: Tokens;
}

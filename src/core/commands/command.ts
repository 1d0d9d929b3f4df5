import type { Message } from "../domain/message.ts";

/** Who asks, and from where. `admin` is what the configuration says of this person on this surface. */
export interface Asker {
  surface: "slack" | "discord" | "terminal" | "cli";
  /** The platform's user id. */
  user?: string | undefined;
  /** Where it was asked, spelled as in the configuration: "slack:C123", "discord:123", "terminal". */
  channel?: string | undefined;
  admin: boolean;
}

interface Named {
  name: string;
  summary: string;
  required: boolean;
}

/**
 * A word a command takes after its name; surfaces complete it. `target` is an account or a provider, matched
 * forgivingly; `period` days, such as "7d"; `dimension` what usage is broken down by, typed after "by"; `time` how
 * long, such as "2h"; `clock` a time of day, "09:00"; `amount` US dollars, or "off"; `route` a combo or a model;
 * `range` how far back, such as "24h".
 */
export type Parameter = Named &
  (
    | { kind: "period" | "dimension" | "time" | "clock" | "amount" | "route" | "range" }
    /** `or`: a word that stands for something else than an account; then no provider is meant. */
    | { kind: "target"; or?: string | undefined }
    | { kind: "word"; choices: readonly string[] }
  );

/** One parsed call of a command. */
export interface Call {
  /** By parameter name; each fits its parameter. */
  arguments: Readonly<Record<string, string | undefined>>;
  asker: Asker;
  /** Reads again before answering for good, as far as the providers' floors allow. */
  refresh: boolean;
}

/**
 * A command of /quota. Slack, Discord, the terminal and the CLI translate to it; none has wording of its own.
 * It answers at once with what is known, and then with better messages that replace the one before, in place.
 * It throws only for a mistake of ours: what a person got wrong is answered.
 */
export interface Command {
  name: string;
  /** One line for help, without a full stop. */
  summary: string;
  parameters: readonly Parameter[];
  adminsOnly: boolean;
  run(call: Call): AsyncIterable<Message>;
}

/** All commands, as a surface sees them. */
export interface Commands {
  specs: readonly Command[];
  /** Answers a line typed after /quota, such as "" or "show lan". */
  answer(line: string, asker: Asker, options?: { refresh?: boolean }): AsyncIterable<Message>;
  /** Answers a command that the surface has parsed already; arguments by parameter name, as typed. */
  run(name: string, call: Call): AsyncIterable<Message>;
  /** Up to 25 values for a half-typed argument, best first. */
  complete(name: string, parameter: string, typed: string): readonly { label: string; value: string }[];
}

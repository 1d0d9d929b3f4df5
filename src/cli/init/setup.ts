import type { Provider } from "../../core/provider.ts";

/** What setting up needs to know of the machine and the program. */
export interface Setup {
  providers: readonly Provider[];
  /** The process's environment variables. */
  environment: Readonly<Record<string, string | undefined>>;
  home: string;
  cwd: string;
  /** The system's time zone, an IANA name. */
  timezone: string;
  /** The path that a place such as "~/x" or "$NAME/x" stands for; undefined when the variable is not set. */
  placeOf(place: string): string | undefined;
  /** Reads a configuration as the bot would. Throws config_invalid with every problem. */
  check(path: string, environment: Setup["environment"]): Promise<void>;
  /** The link that invites the Discord bot of an application. */
  discordInvite(application: string): string;
  /** The Slack app's manifest: where it is, and its text. */
  manifest: { path: string; read(): string };
}

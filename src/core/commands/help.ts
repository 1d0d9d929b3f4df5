import { help } from "../messages/help.ts";
import type { Command } from "./command.ts";

/** `/quota help`: all commands, itself included. */
export function helpCommand(others: readonly Command[]): Command {
  const command: Command = {
    name: "help",
    summary: "All of this, short",
    parameters: [],
    adminsOnly: false,
    async *run() {
      yield help([...others, command]);
    },
  };
  return command;
}

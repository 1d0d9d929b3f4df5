import type { Message } from "../domain/message.ts";
import type { NameAccount } from "../messages/event-words.ts";
import { missingArgument, unknownWord } from "../messages/help.ts";
import { noPrivateChannel, reminderAnswer, whichAccount } from "../messages/remind.ts";
import type { Reminders } from "../services/reminders.ts";
import type { QuotaCommandOptions } from "./answer-then-refresh.ts";
import type { Asker, Command } from "./command.ts";

/** What the command works with. */
export interface RemindCommandOptions {
  reminders: Pick<Reminders, "ask">;
  nameAccount: NameAccount;
}

/** `/quota remind ACCOUNT`: tells the asker once, privately, when it is back. */
export function remindCommand(options: RemindCommandOptions & Pick<QuotaCommandOptions, "targets">): Command {
  const { reminders, targets, nameAccount } = options;
  const command: Command = {
    name: "remind",
    summary: "Tells you once, privately, when an account is back",
    parameters: [{ name: "target", summary: "An account", required: true, kind: "target" }],
    adminsOnly: false,
    async *run(call) {
      yield await answer(call.arguments.target, call.asker);
    },
  };

  async function answer(target: string | undefined, asker: Asker): Promise<Message> {
    if (target === undefined) {
      return missingArgument(
        command,
        targets.complete("").map(({ value }) => value),
      );
    }
    const accounts = targets.find(target);
    const [account] = accounts;
    if (account === undefined) {
      const meant = targets.suggest(target);
      return unknownWord(target, meant === undefined ? undefined : `remind ${meant}`);
    }
    if (accounts.length > 1) {
      return whichAccount(
        target,
        accounts.map(({ id }) => ({ id, name: nameAccount(id).name })),
      );
    }
    const channel = privateChannelOf(asker);
    if (channel === undefined) return noPrivateChannel;
    return reminderAnswer(await reminders.ask(account.id, channel), {
      id: account.id,
      name: nameAccount(account.id).name,
    });
  }

  return command;
}

/** Where something can be told to the asker alone; undefined where that is not known. */
function privateChannelOf({ surface, user }: Asker): string | undefined {
  if (surface === "terminal") return "terminal";
  if (user === undefined || user === "") return undefined;
  if (surface === "slack") return `slack:${user}`;
  return surface === "discord" ? `discord:@${user}` : undefined;
}

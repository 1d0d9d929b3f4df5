import type { Account } from "../domain/account.ts";
import { type HowLong, parseHowLong } from "../domain/how-long.ts";
import type { Incident } from "../domain/incident.ts";
import type { Message } from "../domain/message.ts";
import { isReminder } from "../domain/reminder.ts";
import {
  adminsOnly,
  alreadyOver,
  muted,
  snoozed,
  takenOn,
  tooLong,
  unknownAlert,
  unmuted,
  wordMissing,
} from "../messages/alert-answers.ts";
import { openAlerts } from "../messages/alerts.ts";
import { noChannels, testing, testReport } from "../messages/channel-test.ts";
import type { NameAccount } from "../messages/event-words.ts";
import { unknownArgument } from "../messages/help.ts";
import type { Clock, Outbox } from "../ports.ts";
import type { AlertActions, Done, Extent } from "../services/alert-actions.ts";
import type { Mutes } from "../services/mutes.ts";
import { sendTests, type TestChannels } from "../services/send-test.ts";
import type { QuotaCommandOptions } from "./answer-then-refresh.ts";
import type { Asker, Call, Command } from "./command.ts";
import type { LedgerCommandOptions } from "./ledger-options.ts";
import { meantLine } from "./meant-line.ts";

/** What the commands about alerts work with. */
export interface AlertCommandOptions {
  outbox: Pick<Outbox, "find">;
  alertActions: AlertActions;
  mutes: Mutes;
  /** Where alerts go. */
  channels: TestChannels;
  nameAccount: NameAccount;
  clock: Clock;
}

const actions = ["mute", "unmute", "test", "ack", "snooze"] as const;
const usualMute = 2 * 3_600_000;
const longestMute = 30 * 86_400_000;
const usualSnooze = 3_600_000;

/** `/quota alerts`: what is open, and what people do about it. */
export function alertsCommand(
  options: AlertCommandOptions & QuotaCommandOptions & Pick<LedgerCommandOptions, "today">,
): Command {
  const { alertActions, mutes, channels, nameAccount, targets, reports } = options;
  const command: Command = {
    name: "alerts",
    summary: "What is open; ack and snooze by id; mute, unmute and test are for admins",
    parameters: [
      {
        name: "action",
        summary: "What to do; nothing: show them",
        required: false,
        kind: "word",
        choices: actions,
      },
      {
        name: "target",
        summary: "An account or a provider, or an alert's id; ID all: all of its message",
        required: false,
        kind: "target",
      },
      { name: "time", summary: "How long: 1h, 2d, until-reset", required: false, kind: "time" },
    ],
    adminsOnly: false,
    async *run(call) {
      const { asker } = call;
      switch (call.arguments.action) {
        case "ack":
          return yield await withAlert(call, takenOn, (id, extent) => alertActions.ack(id, asker, extent));
        case "snooze":
          return yield await withAlert(call, snoozed, (id, extent) =>
            alertActions.snooze(id, timeOf(call) ?? usualSnooze, asker, extent),
          );
        case "mute":
          return yield asker.admin ? await mute(call) : adminsOnly("Muting an account for everybody", asker);
        case "unmute":
          return yield asker.admin ? await unmute(call) : adminsOnly("Unmuting an account", asker);
        case "test":
          if (asker.admin) yield* test();
          else yield adminsOnly("Posting test messages", asker);
          return;
        default:
          yield await show(call);
      }
    },
  };

  async function show(call: Call): Promise<Message> {
    const { target, time } = call.arguments;
    const accounts = targets.find(target);
    if (time !== undefined || (target !== undefined && accounts.length === 0)) {
      return notUnderstood(call);
    }
    const about = target === undefined ? undefined : new Set(poolsOf(accounts));
    const open = (await options.outbox.find({ open: true })).filter(
      (incident) =>
        !isReminder(incident) && !incident.aside && (about?.has(incident.event.account ?? "") ?? true),
    );
    return openAlerts(open, {
      ...{ nameAccount, surface: call.asker.surface, watched: options.configured, channels: channels.ids },
      now: options.clock.now(),
      mutes: new Map([...(await mutes.all())].filter(([account]) => about?.has(account) ?? true)),
      command: target === undefined ? "alerts" : `alerts ${target}`,
    });
  }

  /** The accounts, and those that share their pools. */
  function poolsOf(accounts: readonly Account[]): string[] {
    return reports
      .report(accounts)
      .accounts.flatMap(({ account, sharedBy = [] }) => [account, ...sharedBy.map((other) => other.account)]);
  }

  async function withAlert(
    call: Call,
    tell: (done: { incident: Incident; others: number }, nameAccount: NameAccount) => Message,
    act: (id: string, extent: Extent) => Promise<Done>,
  ): Promise<Message> {
    const { action = "", target } = call.arguments;
    const [id, ...more] = target?.split(" ") ?? [];
    if (id === undefined) {
      return wordMissing(`${action} ID`, [{ code: "/quota alerts" }, " shows the id of each alert."]);
    }
    const isAll = more.length === 1 && more[0] === "all";
    if (more.length > 0 && !isAll) return notUnderstood(call);
    const done = await act(id, isAll ? "all" : "one");
    if (done.kind === "unknown") return unknownAlert(id);
    return done.kind === "over" ? alreadyOver(done.incident, nameAccount) : tell(done, nameAccount);
  }

  async function mute(call: Call): Promise<Message> {
    const howLong = timeOf(call) ?? usualMute;
    if (howLong !== "until-reset" && howLong > longestMute) return tooLong;
    const accounts = accountsOf(call);
    if ("answer" in accounts) return accounts.answer;
    const resets = new Map(
      reports.report(accounts.found).accounts.map((one) => [one.account, one.tightest?.resetsAt]),
    );
    const wanted = accounts.found.map(({ id }) => ({ account: id, resetsAt: resets.get(id) }));
    return muted(await mutes.mute(wanted, howLong, personOf(call.asker)), nameAccount);
  }

  async function unmute(call: Call): Promise<Message> {
    const accounts = accountsOf(call);
    if ("answer" in accounts) return accounts.answer;
    const ids = accounts.found.map(({ id }) => id);
    return unmuted(await mutes.unmute(ids), ids, nameAccount);
  }

  function accountsOf(call: Call): { found: readonly Account[] } | { answer: Message } {
    const { action = "", target } = call.arguments;
    if (target === undefined) {
      const known = targets.complete("").map(({ value }) => value);
      const use = action === "mute" ? "mute ACCOUNT [TIME]" : "unmute ACCOUNT";
      return { answer: wordMissing(use, `Accounts here: ${known.slice(0, 8).join(", ")}`) };
    }
    const found = targets.find(target);
    return found.length > 0 ? { found } : { answer: notUnderstood(call) };
  }

  async function* test(): AsyncGenerator<Message> {
    if (channels.ids.length === 0) return yield noChannels;
    yield testing(channels.ids);
    yield testReport(await sendTests(channels.ids, { post: channels.post, sleep: options.sleep }));
  }

  function notUnderstood({ arguments: { action, target, time } }: Call): Message {
    const words = [action, target, time]
      .filter((word) => word !== undefined)
      .join(" ")
      .split(" ");
    const meant = meantLine(command, words, { targets, today: options.today() });
    return unknownArgument(command, target ?? words.join(" "), meant);
  }

  return command;
}

function timeOf({ arguments: { time } }: Call): HowLong | undefined {
  return time === undefined ? undefined : parseHowLong(time);
}

function personOf({ surface, user }: Asker) {
  return { surface, user };
}

import { type Command, Help } from "commander";

/** What the page of a command says besides its arguments and options. */
export interface Manual {
  /** In a few words, for the list of commands; without a full stop. */
  summary: string;
  /** In sentences, for its own page. */
  description: string;
  /** Command lines without "quotabot", and what they do. */
  examples: readonly (readonly [line: string, does: string])[];
  /** Exit codes that mean something else than usual. */
  exits?: Readonly<Record<number, string>> | undefined;
  /** Files and variables besides those that its options bring along. */
  files?: readonly Entry[] | undefined;
  environment?: readonly Entry[] | undefined;
}

type Entry = readonly [term: string, description: string];

const usualExits: Readonly<Record<number, string>> = {
  0: "fine",
  1: "it failed, or there is something to put right",
  2: "wrong use",
};

/** What an option says about files and variables. */
const broughtAlong: Readonly<Record<string, { files?: Entry[]; environment?: Entry[]; exits?: Entry[] }>> = {
  "--config": {
    files: [
      ["quotabot.yml", "the configuration, in the current folder unless told; .env beside it is read"],
      ["data/", "what is stored, beside the configuration unless its dataDir says otherwise"],
    ],
    environment: [["QUOTABOT_CONFIG", "names the configuration file"]],
    exits: [["78", "the configuration is missing or wrong"]],
  },
  "--no-color": {
    environment: [
      ["NO_COLOR", "when set, nothing is coloured"],
      ["FORCE_COLOR", "when set, colours are used without a terminal too"],
    ],
  },
  "--url": { environment: [["QUOTABOT_URL", "the address of the bot"]] },
  "--key": { environment: [["QUOTABOT_KEY", "a key of the bot, which others cannot see here"]] },
};

/** Gives a command its page. */
export function withManual(command: Command, manual: Manual): Command {
  return command
    .summary(manual.summary)
    .description(manual.description)
    .addHelpText("after", ({ error }) => {
      const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput();
      const helper = command.createHelp();
      helper.prepareContext({ error, helpWidth: (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? 80 });
      return sections(command, manual)
        .filter(([, entries]) => entries.length > 0)
        .map(([title, entries]) => `\n${helper.styleTitle(`${title}:`)}\n${list(entries, helper)}`)
        .join("\n");
    });
}

function sections(command: Command, manual: Manual): [title: string, entries: readonly Entry[]][] {
  const along = command.options.flatMap(({ long }) => broughtAlong[long ?? ""] ?? []);
  const exits = Object.entries({ ...usualExits, ...manual.exits });
  return [
    ["Examples", manual.examples.map(([line, does]) => [`quotabot ${line}`, does] as const)],
    ["Exit codes", [...exits, ...along.flatMap((one) => one.exits ?? [])].sort(byCode)],
    ["Files", [...(manual.files ?? []), ...along.flatMap((one) => one.files ?? [])]],
    ["Environment", [...(manual.environment ?? []), ...along.flatMap((one) => one.environment ?? [])]],
  ];
}

function byCode([one]: Entry, [other]: Entry): number {
  return Number(one) - Number(other);
}

const widestTerm = 24;

function list(entries: readonly Entry[], helper: Help): string {
  const width = Math.max(...entries.map(([term]) => term.length));
  return entries
    .map(([term, description]) =>
      width > widestTerm
        ? below(term, description, helper)
        : helper.formatItem(term, width, description, helper),
    )
    .join("\n");
}

/** Columns that a description needs to be readable beside its term. */
const narrowest = 24;

/** How pages look: titles stand out, and a description is beside its term, or below it where room is short. */
export const helpStyle: Partial<Help> = {
  sortOptions: true,
  minWidthToWrap: narrowest,
  styleTitle: (title) => `\u001b[1m${title}\u001b[22m`,
  formatItem(term, termWidth, description, helper) {
    const rest = (helper.helpWidth ?? 80) - termWidth - 4;
    if (rest < narrowest && description !== "") return below(term, description, helper);
    return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
  },
};

function below(term: string, description: string, helper: Help): string {
  const indent = "      ";
  const lines = helper.boxWrap(description, (helper.helpWidth ?? 80) - indent.length).split("\n");
  return [`  ${term}`, ...lines.map((line) => `${indent}${line}`)].join("\n");
}

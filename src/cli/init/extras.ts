import { randomBytes } from "node:crypto";
import type { Answers } from "./answers.ts";
import type { Ask } from "./ask.ts";
import { dollars, listOf, partsOf, zone } from "./shapes.ts";
import { reference, type Variables } from "./variables.ts";

const keyName = "QUOTABOT_HTTP_KEY";
export const httpKeyReference = reference(keyName);
export const databaseReference = reference("DATABASE_URL");

type Extra = "zone" | "admins" | "budget" | "http" | "database";
type ExtraAnswers = Pick<Answers, "timezone" | "admins" | "budget" | "httpKey" | "database">;

/** Asks for what can as well be left as it is. */
export async function askExtras(
  ask: Ask,
  surfaces: Pick<Answers, "slack" | "discord">,
  timezone: string,
  variables: Variables,
): Promise<ExtraAnswers> {
  const { slack, discord } = surfaces;
  const database = variables.valueOf("DATABASE_URL");
  const hasChat = slack !== undefined || discord !== undefined;
  const hasPostgres = database !== undefined && /^postgres(ql)?:\/\/./.test(database);
  const wanted = await ask.pick<Extra>({
    message: "Anything else? (space marks, Enter goes on)",
    choices: [
      { value: "zone", label: `Another time zone than ${timezone}` },
      ...(hasChat
        ? [{ value: "admins", label: "Admins, who may mute alerts and set budgets" } as const]
        : []),
      { value: "budget", label: "A monthly budget" },
      { value: "http", label: "HTTP for other programs, on this machine alone" },
      ...(hasPostgres
        ? [
            {
              value: "database",
              label: "Keep data in the Postgres of DATABASE_URL (for several replicas)",
            } as const,
          ]
        : []),
    ],
  });
  const answers: ExtraAnswers = { timezone, admins: { slack: [], discord: [] } };
  if (wanted.includes("zone")) {
    answers.timezone = await ask.text({ message: "Time zone of the team", usual: timezone, check: zone });
  }
  if (wanted.includes("admins")) {
    answers.admins = {
      slack: slack === undefined ? [] : await askPeople(ask, slackPeople),
      discord: discord === undefined ? [] : await askPeople(ask, discordPeople),
    };
  }
  if (wanted.includes("budget")) {
    answers.budget = Number(await ask.text({ message: "US dollars a month", check: dollars }));
  }
  if (wanted.includes("http")) answers.httpKey = keepKey(variables);
  if (wanted.includes("database")) answers.database = databaseReference;
  return answers;
}

const slackPeople = {
  message: "Slack admins, by member id (profile, ⋮, Copy member ID)",
  check: listOf(/^[UW][A-Z0-9]+$/, "Ids such as U012ABCDEF, with commas between them."),
};
const discordPeople = {
  message: "Discord admins, by user id (Developer Mode, right-click, Copy User ID)",
  check: listOf(/^\d{15,20}$/, "Ids of 15 to 20 digits, with commas between them."),
};

async function askPeople(ask: Ask, question: typeof slackPeople): Promise<readonly string[]> {
  return partsOf(await ask.text(question));
}

/** The key that is there from last time, or a new one of 256 random bits. */
function keepKey(variables: Variables): string {
  if (variables.valueOf(keyName) !== undefined) return httpKeyReference;
  return reference(variables.keep(keyName, randomBytes(32).toString("base64url")));
}

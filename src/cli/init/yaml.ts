import type { AccountAnswer, Answers } from "./answers.ts";
import { discordReference } from "./discord.ts";
import { databaseReference, httpKeyReference } from "./extras.ts";
import { slackReferences } from "./slack.ts";

/**
 * The text of quotabot.yml. What is off or was not asked stands there as a comment: `#` with no space behind it is
 * all that has to go.
 */
export function writeYaml(answers: Answers): string {
  const { slack, discord, channels, budget, httpKey, database, admins } = answers;
  const to = list(channels.length > 0 ? channels : ["slack:#ai-quota"]);
  const people = [
    ...(admins.slack.length > 0 ? [`slack: ${list(admins.slack)}`] : []),
    ...(admins.discord.length > 0 ? [`discord: ${list(admins.discord)}`] : []),
  ];
  return `# quotabot.yml, written by \`quotabot init\`. All keys: docs/configuration.md. \`quotabot doctor\` checks it.
# \${NAME} is a variable of the environment, or of the .env beside this file.
# A # with no space behind it switches something off.

timezone: ${scalar(answers.timezone)} # the team's day
dataDir: ./data # what the bot keeps; readable by it alone
${on(database, `storage: { driver: postgres, url: ${scalar(database ?? databaseReference)} }`)} # for several replicas

# Accounts whose vendor publishes no API for their quota are read only where \`acceptUnofficial: true\` accepts the risk:
# the vendor may forbid that, change it, or block the account. docs/providers tells which.
accounts:
${(answers.accounts.length > 0 ? answers.accounts.map(accountYaml) : [exampleAccount]).join("\n")}

# Where /quota is typed. Without either it is typed on the terminal that the bot runs on.
${on(slack, `slack: ${map({ ...slackReferences, ...slack })}`)}
${on(discord, `discord: ${map({ ...discordReference, ...discord })}`)}

# Who may change things from chat: ids of people. Nobody else may.
${on(people.length > 0 || undefined, `admins: { ${people.join(", ") || 'slack: ["U012ABCDEF"], discord: ["123456789012345678"]'} }`)}

# What is told, and where: percent used, and when something is back.
${on(channels[0], `alerts: [{ accounts: "*", at: [80, 90, 100], resets: true, channels: ${to} }]`)}
${on(channels[0], `digest: [{ at: "09:00", days: mon-fri, channels: ${to} }]`)}

${on(budget, `budgets: [{ id: monthly, period: month, usd: ${budget ?? 150}, at: [50, 80, 100] }]`)}

# For other programs, and for \`quotabot quota\` while the bot runs. Scopes: read, ingest, admin.
${on(httpKey, `http: { host: 127.0.0.1, port: 8787, keys: [{ name: local, key: ${scalar(httpKey ?? httpKeyReference)}, scopes: [read, ingest] }] }`)}
`;
}

const exampleAccount = `  #- id: main
  #  provider: openrouter
  #  credentials: { apiKey: "\${OPENROUTER_API_KEY}" }`;

function accountYaml({ id, provider, where, off, credentials, baseUrl }: AccountAnswer): string {
  const lines = [
    `- id: ${scalar(id)}`,
    `  provider: ${scalar(provider.id)}`,
    ...(provider.official ? [] : ["  acceptUnofficial: true"]),
    ...(Object.keys(credentials).length > 0 ? [`  credentials: ${map(credentials)}`] : []),
    ...(baseUrl === undefined ? [] : [`  baseUrl: ${scalar(baseUrl)}`]),
  ];
  const from = where === undefined ? provider.name : `${provider.name}: ${where}`;
  const head = `  # ${from}${off === undefined ? "" : ` (off: ${off})`}`;
  return [head, ...lines.map((line) => `  ${off === undefined ? "" : "#"}${line}`)].join("\n");
}

/** The line as it is when there is a value for it, else as a comment. */
function on(value: unknown, line: string): string {
  return value === undefined ? `#${line}` : line;
}

function map(values: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${scalar(value)}`],
  );
  return `{ ${pairs.join(", ")} }`;
}

function list(values: readonly string[]): string {
  return `[${values.map(scalar).join(", ")}]`;
}

/** Text in YAML: plain where nobody can take it for anything else. */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z~/][\w~./-]+$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

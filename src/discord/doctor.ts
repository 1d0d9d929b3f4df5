import {
  type APIApplication,
  type APIChannel,
  type APIGuild,
  type APIGuildMember,
  DiscordAPIError,
  REST,
  RESTJSONErrorCodes,
  Routes,
} from "discord.js";
import type { Finding } from "../core/messages/doctor.ts";
import { listNames } from "../core/messages/format.ts";
import { reason } from "./failures.ts";
import { inviteLink } from "./invite.ts";
import { lackingOf, permissionsIn } from "./permissions.ts";

export interface DiscordDoctorOptions {
  config: { token: string; guild?: string | undefined; apiUrl?: string | undefined };
  /** Ids of those that something is posted to: "discord:123456789012345678". */
  channels: readonly string[];
  /** Milliseconds for one call. */
  timeout: number;
}

const named = { check: "discord", name: "Discord" } as const;

/**
 * Looks at the token, the server and the bot's permissions in channels by Discord's API; nothing is posted
 * (docs.discord.com/developers/resources/application, guild and channel, checked 2026-11-22).
 * @returns findings on the platform, and those on channels with the channel's id as their name
 */
export async function examineDiscord(options: DiscordDoctorOptions): Promise<readonly Finding[]> {
  const { config, timeout } = options;
  const token = config.token.trim().replace(/^Bot\s+/i, "");
  // What no HTTP header can hold cannot be a token.
  if (!/^[!-~]+$/.test(token)) return [tokenFinding];
  const api = (config.apiUrl ?? "https://discord.com/api").replace(/\/+(v\d+\/*)?$/, "");
  const rest = new REST({ api, timeout, retries: 0, rejectOnRateLimit: ["/"] }).setToken(token);
  const get = async <T>(route: `/${string}`) => (await rest.get(route)) as T;
  let application: APIApplication;
  try {
    application = await get<APIApplication>(Routes.currentApplication());
  } catch (error) {
    return [isStatus(error, 401) ? tokenFinding : unreachable(error)];
  }
  // Of all that has been made for some years they are the same.
  const bot = application.bot?.id ?? application.id;
  const guilds = new Map<string, Promise<{ guild: APIGuild; member: APIGuildMember }>>();

  /** One that several channels are in is asked for once. */
  function guildOf(id: string): Promise<{ guild: APIGuild; member: APIGuildMember }> {
    const known = guilds.get(id);
    if (known !== undefined) return known;
    const asked = Promise.all([
      get<APIGuild>(Routes.guild(id)),
      get<APIGuildMember>(Routes.guildMember(id, bot)),
    ]).then(([guild, member]) => ({ guild, member }));
    guilds.set(id, asked);
    return asked;
  }

  async function examineGuild(id: string): Promise<Finding> {
    try {
      const { guild } = await guildOf(id);
      return { ...named, level: "ok", message: `the bot is on the server ${guild.name}` };
    } catch (error) {
      if (!isRefusal(error)) return unreachable(error);
      const message = `the bot is not on the server ${id}, or there is none of that id`;
      return {
        ...named,
        level: "problem",
        message,
        todo: `Invite it: ${inviteLink(application.id)} Or correct discord.guild.`,
      };
    }
  }

  async function examineChannel(id: string): Promise<Finding> {
    const about = { check: "channel", name: id } as const;
    try {
      const channel = await get<APIChannel>(Routes.channel(id.replace(/^discord:/, "")));
      if (!("guild_id" in channel) || channel.guild_id === undefined) {
        return { ...about, level: "warning", message: "it is no channel of a server" };
      }
      const thread = "parent_id" in channel && "thread_metadata" in channel;
      // A thread has the permissions of the channel that it is in.
      const parent = thread ? await get<APIChannel>(Routes.channel(String(channel.parent_id))) : channel;
      const { guild, member } = await guildOf(channel.guild_id);
      const bits = permissionsIn({ guild, member: { id: bot, roles: member.roles }, channel: parent });
      return { ...about, ...judge(lackingOf(bits, { thread })) };
    } catch (error) {
      if (isCode(error, RESTJSONErrorCodes.UnknownChannel)) {
        const message = "there is no such channel, or it has been deleted";
        return { ...about, level: "problem", message, todo: "Name another one in the configuration." };
      }
      if (!isRefusal(error))
        return { ...about, level: "warning", message: `not looked at (${reason(error)})` };
      const message = "the bot does not see the channel";
      return { ...about, level: "problem", message, todo: "Give it View Channel and Send Messages there." };
    }
  }

  const channels = options.channels.filter((id) => /^discord:\d+$/.test(id));
  return [
    applicationFinding(application),
    ...(await Promise.all([
      ...(config.guild === undefined ? [] : [examineGuild(config.guild)]),
      ...channels.map(examineChannel),
    ])),
  ];
}

function judge({ needed, useful }: ReturnType<typeof lackingOf>): Omit<Finding, "check" | "name"> {
  const missing = [...needed, ...useful];
  if (missing.length === 0) return { level: "ok", message: "the bot may post there" };
  const todo = `Give the bot ${listNames(missing)} there (Edit Channel, Permissions).`;
  if (needed.length > 0)
    return { level: "problem", message: `the bot lacks ${listNames(needed)} there`, todo };
  const message = `the bot may post there, and lacks ${listNames(useful)}`;
  return { level: "warning", message, todo };
}

/** No intent is asked for, so there is none that could be missing. */
function applicationFinding({ name, bot_public: isPublic }: APIApplication): Finding {
  if (isPublic !== true) {
    return { ...named, level: "ok", message: `the token is that of ${name}; no privileged intent is needed` };
  }
  return {
    ...{ ...named, level: "warning" },
    message: `the token is that of ${name}, which anybody can invite to a server of theirs and read your quotas there`,
    todo: "Switch Public Bot off, on the Bot page of the application in the Discord Developer Portal.",
  };
}

const tokenFinding: Finding = {
  ...{ ...named, level: "problem" },
  message: "Discord does not accept discord.token",
  todo: "Copy the token from the Bot page of the application in the Discord Developer Portal (Reset Token shows a new one), and restart the bot.",
};

function unreachable(error: unknown): Finding {
  const message = `Discord could not be asked (${reason(error)})`;
  return { ...named, level: "problem", message, todo: "See what is said of its host." };
}

function isRefusal(error: unknown): boolean {
  return isStatus(error, 403) || isStatus(error, 404);
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof DiscordAPIError && error.status === status;
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof DiscordAPIError && error.code === code;
}

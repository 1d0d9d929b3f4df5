import {
  type APIChannel,
  type APIOverwrite,
  OverwriteType,
  PermissionFlagsBits,
  PermissionsBitField,
} from "discord.js";

/** What decides over what the bot may do in a channel. */
export interface PermissionFacts {
  guild: { id: string; owner_id: string; roles: readonly { id: string; permissions: string }[] };
  /** The bot's id, and its roles there. */
  member: { id: string; roles: readonly string[] };
  channel: APIChannel;
}

/**
 * All that the bot may do in a channel, as bits: roles first, then what the channel changes for everybody, for roles and for
 * the bot (docs.discord.com/developers/topics/permissions, "Permission Overwrites", checked 2026-11-22).
 */
export function permissionsIn({ guild, member, channel }: PermissionFacts): bigint {
  if (guild.owner_id === member.id) return PermissionsBitField.All;
  const roles = new Set([guild.id, ...member.roles]);
  let bits = guild.roles
    .filter(({ id }) => roles.has(id))
    .reduce((sum, { permissions }) => sum | BigInt(permissions), 0n);
  if ((bits & PermissionFlagsBits.Administrator) !== 0n) return PermissionsBitField.All;
  const overwrites: readonly APIOverwrite[] =
    "permission_overwrites" in channel ? (channel.permission_overwrites ?? []) : [];
  const ofRoles = overwrites.filter(
    ({ id, type }) => type === OverwriteType.Role && id !== guild.id && roles.has(id),
  );
  const steps = [
    overwrites.filter(({ id }) => id === guild.id),
    ofRoles,
    overwrites.filter(({ id, type }) => type === OverwriteType.Member && id === member.id),
  ];
  for (const step of steps) {
    const sum = (which: "allow" | "deny") => step.reduce((all, one) => all | BigInt(one[which]), 0n);
    bits = (bits & ~sum("deny")) | sum("allow");
  }
  return bits;
}

/** What the bot needs to post: without these nothing arrives. */
const needed = {
  "View Channel": PermissionFlagsBits.ViewChannel,
  "Send Messages": PermissionFlagsBits.SendMessages,
};
const neededInThreads = {
  "View Channel": PermissionFlagsBits.ViewChannel,
  "Send Messages in Threads": PermissionFlagsBits.SendMessagesInThreads,
};
const useful = {
  "Attach Files": PermissionFlagsBits.AttachFiles,
  "Read Message History": PermissionFlagsBits.ReadMessageHistory,
};

/** Names of permissions that are not among the bits. */
export function lackingOf(
  bits: bigint,
  { thread }: { thread: boolean },
): { needed: string[]; useful: string[] } {
  const lacking = (wanted: Readonly<Record<string, bigint>>) =>
    Object.entries(wanted).flatMap(([name, bit]) => ((bits & bit) === 0n ? [name] : []));
  return { needed: lacking(thread ? neededInThreads : needed), useful: lacking(useful) };
}

/**
 * What the bot does on a server, by the bits of the permissions (docs.discord.com/developers/topics/permissions, checked
 * 2026-11-22). Commands need none; posts need the first two, exports and charts the third, and finding a post again whose
 * answer was lost the last.
 */
export const permissionsAsked = {
  ViewChannel: 1 << 10,
  SendMessages: 1 << 11,
  AttachFiles: 1 << 15,
  ReadMessageHistory: 1 << 16,
} as const;

/** Adds the bot of an application to a server that the visitor may manage, with the least permissions. */
export function inviteLink(application: string): string {
  const permissions = Object.values(permissionsAsked).reduce((all, one) => all | one);
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=bot+applications.commands&permissions=${permissions}`;
}

import type { Interaction } from "./rest.ts";

export interface Person {
  user?: string;
  roles?: string[];
  /** In a direct message to the bot, where there is no member. */
  direct?: boolean;
}

export interface PeopleOptions {
  applicationId: string;
  newId(): string;
  interactions: Map<string, Interaction>;
  deliver(interaction: object | undefined): void;
}

const guild = "200000000000000001";
const channel = "500000000000000001";

/** What people do in Discord, as interactions that the gateway delivers. */
export function createPeople({ applicationId, newId, interactions, deliver }: PeopleOptions) {
  const delivered = new Map<string, object>();

  function ask(type: number, data: object, person: Person, extra: object = {}): Interaction {
    const id = newId();
    const interaction: Interaction = {
      id,
      token: `token-${id}`,
      createdAt: Date.now(),
      patience: 3000,
      edits: [],
      followUps: [],
      expired: false,
    };
    interactions.set(id, interaction);
    delivered.set(id, {
      id,
      application_id: applicationId,
      type,
      token: interaction.token,
      version: 1,
      channel_id: channel,
      locale: "en-US",
      app_permissions: "0",
      entitlements: [],
      attachment_size_limit: 10_485_760,
      data,
      ...place(person),
      ...extra,
    });
    redeliver(interaction);
    return interaction;
  }

  /** Sends an interaction once more, as a gateway may after a RESUME. */
  function redeliver(interaction: Interaction): void {
    deliver(delivered.get(interaction.id));
  }

  return {
    /** Sends `/quota subcommand`; "" is a bare /quota. */
    slash(subcommand: string, words: Record<string, string> = {}, person: Person = {}): Interaction {
      const options = Object.entries(words).map(([name, value]) => ({ name, type: 3, value }));
      return ask(2, command(subcommand, options), person);
    },
    /** Types into a word of a subcommand. */
    complete(subcommand: string, parameter: string, typed: string, person: Person = {}): Interaction {
      return ask(4, command(subcommand, [{ name: parameter, type: 3, value: typed, focused: true }]), person);
    },
    /** Presses a button under a message; under one that only the presser sees, unless told otherwise. */
    press(customId: string, person: Person & { everybodySees?: boolean } = {}): Interaction {
      const message = messageOf(applicationId, newId(), person.everybodySees ?? false);
      return ask(3, { custom_id: customId, component_type: 2 }, person, { message });
    },
    redeliver,
  };
}

function place({ user = "400000000000000001", roles = [], direct = false }: Person): object {
  const account = { id: user, username: "lan", discriminator: "0", avatar: null };
  if (direct) {
    return {
      user: account,
      channel: { id: channel, type: 1, recipients: [] },
      authorizing_integration_owners: { "0": "0" },
      context: 1,
    };
  }
  return {
    guild_id: guild,
    guild_locale: "en-US",
    channel: { id: channel, type: 0, guild_id: guild, permissions: "0" },
    member: { user: account, roles, joined_at: "2026-01-01T00:00:00Z", permissions: "0", flags: 0 },
    authorizing_integration_owners: { "0": guild },
    context: 0,
  };
}

function command(subcommand: string, options: object[]): object {
  const chosen = subcommand === "" ? [] : [{ name: subcommand, type: 1, options }];
  return { id: "600000000000000001", name: "quota", type: 1, options: chosen };
}

function messageOf(author: string, id: string, everybodySees: boolean): object {
  return {
    id,
    channel_id: channel,
    flags: (1 << 15) | (everybodySees ? 0 : 64),
    author: { id: author, username: "quotabot", discriminator: "0", avatar: null, bot: true },
    content: "",
    timestamp: "2026-11-22T03:00:00Z",
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    pinned: false,
    type: 0,
  };
}

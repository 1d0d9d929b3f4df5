import { type BodyKind, limitProblems, schemaProblems } from "./schemas.ts";

// biome-ignore lint/suspicious/noExplicitAny: bodies are whatever the client sent
export type Body = any;

/** An interaction as the server sees it. */
export interface Interaction {
  id: string;
  token: string;
  createdAt: number;
  /** After this many milliseconds a first response comes too late. */
  patience: number;
  /** The first response, when there was one. */
  callback?: Body;
  /** The message that the asker sees now. */
  message?: Body;
  /** When the first response came, in milliseconds after the interaction. */
  answeredAfter?: number;
  edits: Body[];
  followUps: Body[];
  expired: boolean;
}

interface Posted {
  id: string;
  channel: string;
  /** When, in milliseconds since 1970. */
  at: number;
  body: Body;
}

export interface Answer {
  status: number;
  body?: object;
}

/** What the REST routes do, apart from HTTP and faults. Bodies that Discord's schemas refuse are refused with 50035. */
export function createRest({
  token,
  applicationId,
  newId,
}: {
  token: string;
  applicationId: string;
  newId(): string;
}) {
  const interactions = new Map<string, Interaction>();
  const posted: Posted[] = [];
  const registrations: { path: string; commands: Body[] }[] = [];
  const refusals = new Map<string, { status: number; code: number }>();
  const rules = {
    /** Messages can be read back; without that permission every channel looks empty. */
    history: true,
    /** Discord still knows the nonces of messages. */
    nonces: true,
  };

  const routes: [string, RegExp, (body: Body, parts: string[]) => Answer][] = [
    ["PUT", /^\/applications\/\d+(?:\/guilds\/(\d+))?\/commands$/, register],
    ["POST", /^\/interactions\/(\d+)\/([^/]+)\/callback$/, callback],
    ["PATCH", /^\/webhooks\/\d+\/([^/]+)\/messages\/(?:@|%40)original$/, edit],
    ["POST", /^\/webhooks\/\d+\/([^/]+)$/, followUp],
    ["POST", /^\/channels\/(\d+)\/messages$/, post],
    ["GET", /^\/channels\/(\d+)\/messages$/, read],
    ["PATCH", /^\/channels\/(\d+)\/messages\/(\d+)$/, change],
    ["POST", /^\/users\/@me\/channels$/, openDirect],
  ];

  /** A request; `body` of one without a body is its query. */
  function answer(method: string, path: string, authorization: string | undefined, body: Body): Answer {
    const open = path.startsWith("/interactions/") || path.startsWith("/webhooks/");
    if (!open && authorization !== `Bot ${token}`) return problem(401, 0, "401: Unauthorized");
    for (const [verb, pattern, act] of routes) {
      const parts = verb === method ? pattern.exec(path) : null;
      if (parts !== null) return act(body, parts.slice(1));
    }
    return problem(404, 0, "404: Not Found");
  }

  function register(body: Body, [guild = "global"]: string[]): Answer {
    const refusal = refusals.get(guild);
    if (refusal !== undefined) return problem(refusal.status, refusal.code, "Missing Access");
    const problems = (body as Body[]).flatMap((command) => schemaProblems("command", command));
    if (problems.length > 0) return problem(400, 50035, `Invalid Form Body: ${problems.join("; ")}`);
    registrations.push({ path: guild, commands: body });
    return { status: 200, body };
  }

  function callback(body: Body, [id = ""]: string[]): Answer {
    const interaction = interactions.get(id);
    if (interaction === undefined || Date.now() - interaction.createdAt > interaction.patience) {
      return problem(404, 10062, "Unknown interaction");
    }
    if (interaction.callback !== undefined) {
      return problem(400, 40060, "Interaction has already been acknowledged.");
    }
    const kind: BodyKind = body.type === 8 ? "completion" : body.type >= 6 ? "update" : "reply";
    const invalid = check(kind, body, body.type === 4 ? body.data : undefined);
    if (invalid !== undefined) return invalid;
    interaction.callback = body;
    interaction.answeredAfter = Date.now() - interaction.createdAt;
    if (body.type === 4) interaction.message = body.data;
    return { status: 204 };
  }

  function edit(body: Body, [token = ""]: string[]): Answer {
    return withToken(token, "edit", body, (interaction) => {
      interaction.edits.push(body);
      interaction.message = body;
      return { status: 200, body: { id: interaction.id } };
    });
  }

  function followUp(body: Body, [token = ""]: string[]): Answer {
    return withToken(token, "followUp", body, (interaction) => {
      interaction.followUps.push(body);
      return { status: 200, body: { id: newId() } };
    });
  }

  function withToken(token: string, kind: BodyKind, body: Body, act: (found: Interaction) => Answer): Answer {
    const interaction = [...interactions.values()].find((each) => each.token === token);
    if (interaction?.callback === undefined) return problem(404, 10015, "Unknown Webhook");
    if (interaction.expired) return problem(401, 50027, "Invalid Webhook Token");
    return check(kind, body, body) ?? act(interaction);
  }

  function post(body: Body, [channel = ""]: string[]): Answer {
    const refusal = refusals.get(channel);
    if (refusal !== undefined) return problem(refusal.status, refusal.code, "Missing Access");
    const invalid = check("message", body, body);
    if (invalid !== undefined) return invalid;
    const isSame = (each: Posted) => rules.nonces && body.enforce_nonce && each.body.nonce === body.nonce;
    const before = posted.find(isSame);
    const message = before ?? { id: newId(), channel, at: Date.now(), body };
    if (before === undefined) posted.push(message);
    return { status: 200, body: { id: message.id, channel_id: channel } };
  }

  function read(query: { limit?: string; before?: string }, [channel = ""]: string[]): Answer {
    const refusal = refusals.get(channel);
    if (refusal !== undefined) return problem(refusal.status, refusal.code, "Missing Access");
    const known = posted.filter((each) => each.channel === channel && rules.history);
    const older = known.filter(({ id }) => query.before === undefined || BigInt(id) < BigInt(query.before));
    const messages = older.toReversed().slice(0, Number(query.limit ?? 50));
    return { status: 200, body: messages.map(fetched) };
  }

  /** A message as it is fetched: without its nonce, its components numbered where they have no number. */
  function fetched({ id, channel, at, body }: Posted): object {
    const { components = [], flags = 0, content = "" } = body;
    const numbered = components.map((each: object, index: number) => ({ id: index + 1, ...each }));
    const timestamp = new Date(at).toISOString();
    return { id, channel_id: channel, timestamp, content, flags, components: numbered };
  }

  function change(body: Body, [channel = "", id = ""]: string[]): Answer {
    const refusal = refusals.get(channel);
    if (refusal !== undefined) return problem(refusal.status, refusal.code, "Missing Access");
    const message = posted.find((each) => each.id === id && each.channel === channel);
    if (message === undefined) return problem(404, 10008, "Unknown Message");
    const invalid = check("edit", body, body);
    if (invalid !== undefined) return invalid;
    message.body = { ...message.body, ...body };
    return { status: 200, body: { id, channel_id: channel } };
  }

  function openDirect(body: Body): Answer {
    const refusal = refusals.get(String(body.recipient_id));
    if (refusal !== undefined) return problem(refusal.status, refusal.code, "Refused");
    return { status: 200, body: { id: directChannelOf(String(body.recipient_id)), type: 1 } };
  }

  function check(kind: BodyKind, body: Body, message: Body): Answer | undefined {
    const problems = [
      ...schemaProblems(kind, body),
      ...(message === undefined ? [] : limitProblems(message)),
    ];
    return problems.length === 0
      ? undefined
      : problem(400, 50035, `Invalid Form Body: ${problems.join("; ")}`);
  }

  return { answer, interactions, posted, registrations, refusals, rules, applicationId };
}

/** The id of the direct messages with a person: the same every time. */
export function directChannelOf(user: string): string {
  return `7${user.slice(1)}`;
}

export function problem(status: number, code: number, message: string): Answer {
  return { status, body: { message, code } };
}

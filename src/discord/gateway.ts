import { setTimeout as pause } from "node:timers/promises";
import {
  type APIInteraction,
  Client,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayDispatchEvents,
  Options,
  Status,
} from "discord.js";
import { AppError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { ConnectionHealth } from "../core/services/health-judgement.ts";
import { reason } from "./failures.ts";
import { createHealth } from "./health.ts";

export interface GatewayOptions {
  token: string;
  apiUrl: string;
  clock: Clock;
  log: Log;
  /** Called at the first connection, with the id of the application that the token belongs to. */
  onReady(application: string): void;
  onInteraction(interaction: APIInteraction): void;
}

export interface Gateway {
  /**
   * Resolves when connected, or when it is clear that it takes longer; then it goes on trying by itself. Throws
   * config_invalid when Discord refuses the token or the bot for good.
   */
  start(): Promise<void>;
  /** No interaction arrives any more. At most a second. */
  stop(): Promise<void>;
  health(): ConnectionHealth;
}

/** The longest that `start` waits for Discord. */
const startPatience = 3000;

/** The connection over which interactions arrive. No intents are asked for: interactions need none. */
export function createGateway(options: GatewayOptions): Gateway {
  const { token, apiUrl, clock, log } = options;
  const status = createHealth(clock, log);
  const stopped = new AbortController();
  let client: Client | undefined;
  let started = false;

  return {
    async start() {
      status.connecting();
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, startPatience);
        const firstResult = () => {
          clearTimeout(patience);
          resolve();
        };
        // What no HTTP header can hold cannot be a token, and would look like a network failure.
        if (/^[!-~]+$/.test(token)) void keepTrying(firstResult);
        else {
          refused(tokenHelp);
          firstResult();
        }
      });
      const refusal = status.refusal();
      started = true;
      if (refusal !== undefined) throw new AppError("config_invalid", refusal, { problems: [refusal] });
    },

    async stop() {
      stopped.abort();
      if (client !== undefined) await Promise.race([close(client), pause(1000)]);
      status.refused("Stopped.");
    },

    health: () => status.health(client?.ws.shards.first()?.lastPingTimestamp),
  };

  function refused(help: string): void {
    status.refused(help);
    // Before that, `start` throws it.
    if (started) log.error({ code: "config_invalid" }, help);
  }

  async function keepTrying(firstResult: () => void): Promise<void> {
    for (let tries = 0; !stopped.signal.aborted; tries++) {
      const attempt = open(firstResult);
      client = attempt;
      try {
        await attempt.login(token);
        // From here on the library reconnects by itself, for ever.
        if (stopped.signal.aborted) await close(attempt);
        return;
      } catch (error) {
        quieten(attempt);
        if (isTokenRefusal(error)) refused(tokenHelp);
        if (status.refusal() !== undefined) return firstResult();
        status.lost(reason(error));
        log.debug({ reason: reason(error), tries }, "Discord login failed, trying again");
        firstResult();
        const wait = Math.min(15_000, 1000 * 2 ** tries) * (0.5 + Math.random() / 2);
        await pause(wait, undefined, { signal: stopped.signal }).catch(() => {});
      }
    }
  }

  function open(firstResult: () => void): Client {
    const opened = new Client({
      intents: [],
      rest: { api: apiUrl, timeout: 5000, retries: 0 },
      // Users and members are otherwise kept for ever.
      makeCache: Options.cacheWithLimits({
        ...Options.DefaultMakeCacheSettings,
        MessageManager: 0,
        GuildMemberManager: 0,
        UserManager: { maxSize: 1, keepOverLimit: (user) => user.id === user.client.user.id },
      }),
    });
    const mine = () => client === opened && !stopped.signal.aborted;
    const connected = () => {
      if (!mine()) return;
      status.connected();
      firstResult();
    };
    opened.on(Events.ShardReady, connected);
    opened.on(Events.ShardResume, connected);
    opened.on(Events.ShardReconnecting, () => mine() && status.lost());
    opened.on(Events.ShardError, (error) => mine() && status.lost(reason(error)));
    opened.on(Events.ShardDisconnect, ({ code }) => {
      if (mine()) refused(code === 4004 ? tokenHelp : refusalHelp(code));
    });
    opened.on(Events.Error, (error) => log.warn({ reason: reason(error) }, "discord.js reports an error"));
    opened.once(Events.ClientReady, (ready) => mine() && options.onReady(ready.application.id));
    // Raw, because the library reads a member's roles only with the Guilds intent.
    opened.ws.on(GatewayDispatchEvents.InteractionCreate, (interaction: APIInteraction) => {
      if (mine()) options.onInteraction(interaction);
    });
    return opened;
  }
}

/**
 * Lets no shard of the client connect any more. The library has no way to say so: after `destroy` a shard that is
 * between two attempts goes on with the next. But it asks for its session first, and waits for what it is told.
 */
function quieten(client: Client): void {
  for (const [id, shard] of client.ws.shards) {
    const session = { get: () => new Promise(() => {}), set: () => {} };
    client.ws.shards.set(id, Object.create(shard, { sessionInfo: session }));
  }
}

/** Ends a client for good, after an attempt to connect that is under way. */
async function close(client: Client): Promise<void> {
  quieten(client);
  const connecting = () => client.ws.shards.some((shard) => shard.status === Status.Connecting);
  for (let waited = 0; connecting() && waited < 600; waited += 20) await pause(20);
  // Destroyed while connecting, its socket would throw at nobody if the attempt fails. It is quiet anyway.
  if (client.ws.shards.size > 0 && !connecting()) await client.destroy();
}

function isTokenRefusal(error: unknown): boolean {
  return error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid;
}

const tokenHelp =
  "discord.token: Discord does not accept it. Copy the token from the Bot page of the application in the Discord Developer Portal (Reset Token shows a new one) and restart.";

/** Close codes after which Discord wants no further attempt: 4010 to 4014 (checked 2026-11-22). */
function refusalHelp(code: number): string {
  return `discord: Discord closed the connection for good (code ${code}). Check the bot's settings in the Discord Developer Portal and restart.`;
}

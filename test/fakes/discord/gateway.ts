import type { IncomingMessage, Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";

interface Session {
  id: string;
  sequence: number;
  sent: { s: number; frame: string }[];
  socket: WebSocket | undefined;
}

interface GatewayLog {
  connects: number;
  identifies: { intents: number }[];
  resumes: { seq: number }[];
  heartbeats: number;
}

export interface GatewayOptions {
  token: string;
  applicationId: string;
  heartbeatInterval: number;
  address(): string;
}

/** The gateway, v10, JSON, uncompressed. Sessions survive their sockets, also while the server is gone. */
export function createGateway(options: GatewayOptions) {
  const log: GatewayLog = { connects: 0, identifies: [], resumes: [], heartbeats: 0 };
  const sessions = new Map<string, Session>();
  const sockets = new Set<WebSocket>();
  const flags = { upgradeStatus: undefined as number | undefined, silent: false, closeOnIdentify: 0 };
  const ws = new WebSocketServer({ noServer: true });

  function attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket, head) => {
      if (flags.upgradeStatus !== undefined) {
        socket.end(
          `HTTP/1.1 ${flags.upgradeStatus} Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
        );
        return;
      }
      ws.handleUpgrade(request, socket, head, connected);
    });
  }

  function connected(socket: WebSocket): void {
    log.connects += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("message", (data) => received(socket, JSON.parse(String(data))));
    send(socket, { op: 10, d: { heartbeat_interval: options.heartbeatInterval } });
  }

  function received(socket: WebSocket, { op, d }: { op: number; d: Record<string, unknown> }): void {
    if (op === 1) {
      log.heartbeats += 1;
      if (!flags.silent) send(socket, { op: 11 });
    }
    if (op === 2) identify(socket, d);
    if (op === 6) resume(socket, d);
  }

  function identify(socket: WebSocket, d: Record<string, unknown>): void {
    log.identifies.push({ intents: Number(d.intents) });
    const refusal = d.token === options.token ? flags.closeOnIdentify : 4004;
    if (refusal !== 0) {
      socket.close(refusal);
      return;
    }
    const session: Session = { id: `session-${sessions.size + 1}`, sequence: 0, sent: [], socket };
    sessions.set(session.id, session);
    dispatch(session, "READY", {
      v: 10,
      user: { id: options.applicationId, username: "quotabot", discriminator: "0", avatar: null, bot: true },
      // Discord lists the guilds of the bot whatever the intents.
      guilds: [{ id: "200000000000000001", unavailable: true }],
      session_id: session.id,
      resume_gateway_url: options.address(),
      application: { id: options.applicationId, flags: 0 },
    });
  }

  function resume(socket: WebSocket, d: Record<string, unknown>): void {
    log.resumes.push({ seq: Number(d.seq) });
    const session = sessions.get(String(d.session_id));
    if (session === undefined || d.token !== options.token) {
      send(socket, { op: 9, d: false });
      return;
    }
    session.socket = socket;
    for (const { s, frame } of session.sent) if (s > Number(d.seq)) socket.send(frame);
    dispatch(session, "RESUMED", {});
  }

  function dispatch(session: Session, t: string, d: unknown): void {
    const s = ++session.sequence;
    const frame = JSON.stringify({ op: 0, t, s, d });
    session.sent.push({ s, frame });
    if (session.socket?.readyState === 1) session.socket.send(frame);
  }

  function send(socket: WebSocket, payload: object): void {
    socket.send(JSON.stringify(payload));
  }

  return {
    log,
    flags,
    attach,
    /** To every session, now or when it is resumed. */
    dispatch(t: string, d: unknown): void {
      for (const session of sessions.values()) dispatch(session, t, d);
    },
    /** Sends a frame such as op 7 or op 9 to every socket. */
    broadcast(payload: object): void {
      for (const socket of sockets) send(socket, payload);
    },
    /** Closes every socket with this code; 0 cuts the connections without a word. */
    closeAll(code: number): void {
      for (const socket of sockets) code === 0 ? socket.terminate() : socket.close(code);
    },
    forgetSessions: () => sessions.clear(),
    /** How many sockets are open now. */
    open: () => sockets.size,
  };
}

import { createServer } from "node:net";
import { request } from "undici";
import { isLoopback, reachableHost } from "../core/hosts.ts";
import type { Finding } from "../core/messages/doctor.ts";
import { count, listNames } from "../core/messages/format.ts";

export interface HttpSettings {
  host: string;
  port: number;
  keys: readonly { name: string; key: string }[];
}

const named = { check: "http", name: "HTTP" } as const;
/** Characters of a key that nobody guesses, and different ones among them. */
const longEnough = 20;
const different = 8;

/** Whether the keys are hard to guess, and whether strangers get as far as trying. */
export function keyFindings({ host, keys }: HttpSettings): readonly Finding[] {
  const findings: Finding[] = [];
  const weak = keys.filter(({ key }) => key.length < longEnough || new Set(key).size < different);
  if (weak.length > 0) {
    findings.push({
      ...{ ...named, level: "warning" },
      message: `${count(weak.length, "key")} could be guessed: ${listNames(weak.map(({ name }) => name))}`,
      todo: "Make new ones, each with: openssl rand -hex 24",
    });
  }
  if (keys.length === 0) {
    findings.push({
      ...{ ...named, level: "warning" },
      message: "there are no keys, so nobody can ask the bot anything",
      todo: "Add some under `http.keys`.",
    });
  }
  if (!isLoopback(host)) {
    findings.push({
      ...{ ...named, level: "warning" },
      message: `${host} can be reached from other machines, and keys travel as they are`,
      todo: "Put a proxy that speaks TLS in front, or listen on 127.0.0.1.",
    });
  }
  return findings;
}

/**
 * Whether the port can be listened on, or how the bot that does so says it is.
 * @param botRuns whether a bot works on the data folder; absent: nobody knows
 */
export async function examinePort(
  { host, port }: HttpSettings,
  { botRuns, signal }: { botRuns?: boolean | undefined; signal: AbortSignal },
): Promise<readonly Finding[]> {
  if (port === 0) return [];
  const answer = await askReadiness(`http://${reachableHost(host)}:${port}`, signal);
  if (answer !== undefined) return readiness(answer);
  const code = await whyNotListen(host, port);
  const place = `${host}:${port}`;
  if (code === undefined) {
    if (botRuns !== true) return [{ ...named, level: "ok", message: `${place} is free for the bot` }];
    const message = `a bot runs, and does not listen on ${place}`;
    const todo = "Restart it, if `http` was added since it was started.";
    return [{ ...named, level: "warning", message, todo }];
  }
  if (code === "EADDRINUSE" && botRuns === true) {
    const message = `the bot listens on ${place}, and does not answer`;
    const todo = "It hangs, or is not the bot of this configuration: look into its log, and restart it.";
    return [{ ...named, level: "problem", message, todo }];
  }
  const what = code === "EADDRINUSE" ? "something else listens there" : "the system does not allow it";
  return [
    {
      ...{ ...named, level: "problem" },
      message: `the bot cannot listen on ${place}: ${what} (${code})`,
      todo: "Name another `http.port` (or `http.host`), or stop what uses this one.",
    },
  ];
}

interface Readiness {
  ok: boolean;
  checks: [name: string, about: { ok?: unknown; vital?: unknown; message?: unknown }][];
}

/** What /readyz of a bot says; undefined when nobody, or somebody else, answers. */
async function askReadiness(url: string, signal: AbortSignal): Promise<Readiness | undefined> {
  try {
    const { body } = await request(`${url}/readyz`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(3_500)]),
    });
    const { ok, checks } = (await body.json()) as { ok: unknown; checks: Record<string, object> };
    if (typeof ok !== "boolean" || typeof checks !== "object") return undefined;
    const { providers = {}, ...rest } = checks;
    return { ok, checks: [...Object.entries(rest), ...Object.entries(providers)] };
  } catch {
    return undefined;
  }
}

function readiness({ ok, checks }: Readiness): readonly Finding[] {
  const failing = checks.filter(([, about]) => about.ok !== true);
  const bot = { check: "bot", name: "Running bot" } as const;
  if (failing.length === 0) return [{ ...bot, level: "ok", message: "all it does is in order" }];
  const told = failing.map(([name, { message }]) => `${name}: ${String(message)}`).join("; ");
  return [
    {
      ...{ ...bot, level: ok ? "warning" : "problem" },
      message: ok ? told : `not ready: ${told}`,
      todo: ok ? "Its log tells more." : "Put that right, and it goes on by itself. Its log tells more.",
    },
  ];
}

/** Why the system does not let anybody listen there; undefined when it does. */
function whyNotListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", ({ code = "unknown" }: NodeJS.ErrnoException) => resolve(code));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
